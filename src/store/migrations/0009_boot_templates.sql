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
ALTER TABLE `machines` ADD `install` text;