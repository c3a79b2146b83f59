CREATE TABLE `machine_conflicts` (
	`machine` text NOT NULL,
	`claims` text NOT NULL,
	`other` text NOT NULL,
	`says` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`times` integer NOT NULL,
	PRIMARY KEY(`machine`, `claims`, `other`)
);
--> statement-breakpoint
CREATE TABLE `run_samples` (
	`run_id` text NOT NULL,
	`at` integer NOT NULL,
	`step` text NOT NULL,
	`done_bytes` integer NOT NULL,
	`total_bytes` integer NOT NULL,
	`served_bytes` integer NOT NULL,
	PRIMARY KEY(`run_id`, `at`)
);
--> statement-breakpoint
ALTER TABLE `machines` ADD `shares_uuid` integer DEFAULT false NOT NULL;