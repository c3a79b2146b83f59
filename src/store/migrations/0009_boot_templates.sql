CREATE TABLE `boot_templates` (
	`path` text NOT NULL,
	`version` integer NOT NULL,
	`source` text,
	`at` integer NOT NULL,
	`by` text NOT NULL,
	PRIMARY KEY(`path`, `version`)
);
--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`crypt` text NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `used_answers` (
	`run_id` text NOT NULL,
	`file` text NOT NULL,
	`machine` text NOT NULL,
	`family` text NOT NULL,
	`release` text NOT NULL,
	`text` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `file`)
);
--> statement-breakpoint
CREATE INDEX `used_answers_by_machine` ON `used_answers` (`machine`,`at`);--> statement-breakpoint
ALTER TABLE `machines` ADD `install` text;