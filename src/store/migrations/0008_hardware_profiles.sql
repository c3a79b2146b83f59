CREATE TABLE `machine_inventories` (
	`seq` integer PRIMARY KEY NOT NULL,
	`machine` text NOT NULL,
	`run_id` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`inventory` text NOT NULL,
	`contradicts` text
);
--> statement-breakpoint
CREATE INDEX `machine_inventories_by_machine` ON `machine_inventories` (`machine`);--> statement-breakpoint
CREATE TABLE `profile_versions` (
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`spec` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`name`, `version`)
);
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_machines` (
	`name` text PRIMARY KEY NOT NULL,
	`uuid` text,
	`shares_uuid` integer DEFAULT false NOT NULL,
	`serial` text,
	`profile` text,
	`discovered_at` integer,
	`inventory` text,
	`loaders` text,
	`power` text,
	`unproved_by` text,
	`seen_at` integer
);
--> statement-breakpoint
INSERT INTO `__new_machines`("name", "uuid", "shares_uuid", "serial", "profile", "inventory", "loaders", "power", "unproved_by", "seen_at") SELECT "name", "uuid", "shares_uuid", "serial", "profile", "inventory", "loaders", "power", "unproved_by", "seen_at" FROM `machines`;--> statement-breakpoint
DROP TABLE `machines`;--> statement-breakpoint
ALTER TABLE `__new_machines` RENAME TO `machines`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `machines_by_uuid` ON `machines` (`uuid`);--> statement-breakpoint
ALTER TABLE `profiles` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `profile_version` integer;