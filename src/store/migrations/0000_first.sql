CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`detail` text NOT NULL,
	`previous_hash` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `boot_sessions` (
	`run_id` text NOT NULL,
	`number` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`mac` text NOT NULL,
	`stage` text NOT NULL,
	`nonce_hash` text,
	PRIMARY KEY(`run_id`, `number`)
);
--> statement-breakpoint
CREATE TABLE `credentials` (
	`hash` text PRIMARY KEY NOT NULL,
	`user` text NOT NULL,
	`kind` text NOT NULL,
	`label` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `image_versions` (
	`name` text NOT NULL,
	`version` text NOT NULL,
	`manifest_digest` text NOT NULL,
	`size` integer NOT NULL,
	`stored_bytes` integer NOT NULL,
	`own_bytes` integer NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`name`, `version`)
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`segment` text NOT NULL,
	`address` text NOT NULL,
	`client_key` text NOT NULL,
	`mac` text NOT NULL,
	`uuid` text,
	`host_name` text,
	`state` text NOT NULL,
	`expires_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`segment`, `address`)
);
--> statement-breakpoint
CREATE TABLE `machine_macs` (
	`mac` text PRIMARY KEY NOT NULL,
	`machine` text NOT NULL,
	`place` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `machines` (
	`name` text PRIMARY KEY NOT NULL,
	`uuid` text,
	`serial` text,
	`profile` text NOT NULL,
	`inventory` text,
	`unproved_by` text,
	`seen_at` integer
);
--> statement-breakpoint
CREATE TABLE `profiles` (
	`name` text PRIMARY KEY NOT NULL,
	`spec` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `run_events` (
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`to_state` text,
	`detail` text NOT NULL,
	PRIMARY KEY(`run_id`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `run_logs` (
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`line` text NOT NULL,
	PRIMARY KEY(`run_id`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`machine` text NOT NULL,
	`image` text NOT NULL,
	`version` text NOT NULL,
	`manifest_digest` text NOT NULL,
	`profile` text NOT NULL,
	`state` text NOT NULL,
	`state_since` integer NOT NULL,
	`deadline_at` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	`cause` text,
	`retry_of` text
);
--> statement-breakpoint
CREATE INDEX `runs_by_machine` ON `runs` (`machine`);--> statement-breakpoint
CREATE INDEX `runs_open` ON `runs` (`ended_at`,`deadline_at`);--> statement-breakpoint
CREATE TABLE `segments` (
	`name` text PRIMARY KEY NOT NULL,
	`spec` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `users` (
	`name` text PRIMARY KEY NOT NULL,
	`role` text NOT NULL,
	`password_hash` text,
	`created_at` integer NOT NULL
);
