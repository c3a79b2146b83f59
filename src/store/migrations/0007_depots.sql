CREATE TABLE `depots` (
	`name` text PRIMARY KEY NOT NULL,
	`holds` text NOT NULL,
	`at` integer NOT NULL
);
