#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Hashes, sorting, regular expressions, packed bytes; children over pipes.
use strict;
use warnings;

my (%count, @words);
my $x = 12345;
for my $i (1 .. 25000) {
	$x = ($x * 1103515245 + 12345) & 0x7fffffff;
	my $word = join '', map { chr(97 + ($x >> $_) % 26) } 3, 9, 15;
	$count{$word}++;
	push @words, $word if $i % 50 == 0;
}
for my $word ((sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count)[0 .. 30]) {
	printf "%s %d\n", $word, $count{$word};
}
my $text = join ' ', @words;
for (1 .. 40) {
	(my $copy = $text) =~ s/([aeiou])([^aeiou ]+)/uc($1) . reverse $2/ge;
	my $hits = () = $copy =~ /\b[A-Z]\w*?[xyz]\b/g;
	print "hits $hits ", unpack('%32C*', $copy), "\n" if $_ % 10 == 0;
}

my @pids;
for my $n (1 .. 4) {
	my $pid = open my $from, '-|';
	die "fork: $!" unless defined $pid;
	if (!$pid) {
		my $sum = 0;
		$sum = ($sum * 33 + $_ * $n) % 65521 for 1 .. 60000;
		print "child $n $sum\n" for 1 .. 100;
		exit $n;
	}
	push @pids, [$n, $from];
}
for (@pids) {
	my ($n, $from) = @$_;
	my @lines = <$from>;
	close $from;
	printf "%d lines of %s", scalar @lines, $lines[-1];
	printf "child %d ended with %d\n", $n, $? >> 8;
}

$SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; 1 while 1; };
print "woken by $@";
open my $out, '>', "$ENV{OUT}/packed" or die $!;
print $out pack 'NvC/a*d>', $_, $_ % 65536, "n$_", sqrt $_ for 1 .. 5000;
close $out;
