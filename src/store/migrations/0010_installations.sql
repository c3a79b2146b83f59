CREATE TABLE `package_sources` (
	`name` text PRIMARY KEY NOT NULL,
	`spec` text NOT NULL,
	`pinned_at` integer
);
--> statement-breakpoint
ALTER TABLE `runs` ADD `install` text;