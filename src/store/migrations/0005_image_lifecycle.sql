CREATE TABLE `channel_moves` (
	`seq` integer PRIMARY KEY NOT NULL,
	`image` text NOT NULL,
	`channel` text NOT NULL,
	`version` text,
	`manifest_digest` text,
	`at` integer NOT NULL,
	`by` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `channel_moves_by_channel` ON `channel_moves` (`image`,`channel`);--> statement-breakpoint
CREATE TABLE `image_statements` (
	`seq` integer PRIMARY KEY NOT NULL,
	`manifest_digest` text NOT NULL,
	`kind` text NOT NULL,
	`document` text NOT NULL,
	`key_id` text NOT NULL,
	`signature` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `image_statements_by_digest` ON `image_statements` (`manifest_digest`);--> statement-breakpoint
CREATE TABLE `image_states` (
	`manifest_digest` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`since` integer NOT NULL
);
