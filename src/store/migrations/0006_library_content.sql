CREATE TABLE `library_faults` (
	`digest` text PRIMARY KEY NOT NULL,
	`problem` text NOT NULL,
	`found_at` integer NOT NULL,
	`healed_at` integer,
	`healed_from` text
);
--> statement-breakpoint
CREATE TABLE `library_holds` (
	`id` text PRIMARY KEY NOT NULL,
	`work` text NOT NULL,
	`says` text NOT NULL,
	`process` text NOT NULL,
	`since` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `image_versions` ADD `kind` text DEFAULT 'disk' NOT NULL;