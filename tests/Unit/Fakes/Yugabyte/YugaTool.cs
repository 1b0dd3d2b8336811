using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The admin tool, as the arguments of one call have it.</summary>
internal sealed class YugaTool(YugaWorld world)
{
    private static readonly string[] Changing =
    [
        "change_leader_blacklist", "promote_auto_flags", "rollback_auto_flags", "upgrade_ysql", "upgrade_bsql",
        "set_universe_replication_enabled"
    ];

    /// <summary>The command among the arguments.</summary>
    public static IReadOnlyList<string> CommandOf(IReadOnlyList<string> arguments)
    {
        var at = 1;
        while (at < arguments.Count && arguments[at].StartsWith('-'))
        {
            at += 2;
        }

        return [.. arguments.Skip(at)];
    }

    public static bool Changes(IReadOnlyList<string> arguments) =>
        CommandOf(arguments) is [var name, ..] && Changing.Contains(name, StringComparer.Ordinal);

    public RemoteResult Run(IReadOnlyList<string> arguments)
    {
        var command = CommandOf(arguments);
        if (world.ToolAnswers.TryGetValue(command[0], out var given))
        {
            return new RemoteResult(
                given.Code, given.Code == 0 ? given.Output : "", given.Code == 0 ? "" : given.Output);
        }

        if (command[0] == "help")
        {
            return new RemoteResult(
                1, "", "Invalid operation: help\n<operation> must be one of:\n 1. change_leader_blacklist <ADD|REMOVE> "
                    + "<ip_addr>:<port>\n 2. get_auto_flags_config\n 3. promote_auto_flags [<class>]\n 4. "
                    + "rollback_auto_flags <version>\n 5. upgrade_ysql\n 6. upgrade_bsql\n 7. list_all_masters\n 8. "
                    + "set_universe_replication_enabled <group> (0|1)\n 9. get_replication_status [<group>]\n"
                    + (world.Setup.NodesSafe ? " 10. are_nodes_safe_to_take_down <tserver_uuids|NONE> "
                        + "<master_uuids|NONE> <follower_lag_bound_ms>\n" : ""));
        }

        var isPeer = arguments.Contains($"{YugaWorld.PeerHost}:7100");
        if (!isPeer && world.Leader is null)
        {
            return new RemoteResult(1, "", $"Error running {command[0]}: Master config has no leader");
        }

        return command switch
        {
            ["list_all_masters"] => Good(
                "Master UUID                      \tRPC Host/Port         \tState    \tRole    \tBroadcast Host/Port\n"
                + string.Join(
                    '\n', world.Masters.Select(m => $"{m.Uuid} \t{m.Rpc} \t{(m.IsUp ? "ALIVE" : "NETWORK_ERROR")} "
                        + $"\t{(world.Leader == m ? "LEADER" : m.IsUp ? "FOLLOWER" : "UNKNOWN")} \tN/A"))),
            ["get_is_load_balancer_idle"] => Good($"Idle = {(world.BalancerIsBusy ? 0 : 1)}\n"),
            ["get_auto_flags_config"] when isPeer => Good(
                "AutoFlags config:\nconfig_version: 1\npromoted_flags {\n  process_name: "
                + "\"yb-master\"\n"
                + $"{(world.PeerIsFinal && world.PeerVersion == world.Setup.To ? "  flags: \"new_flag\"\n" : "")}"
                + $"{string.Concat(world.MorePeerFlags.Select(f => $"  flags: \"{f}\"\n"))}}}\n"),
            ["get_auto_flags_config"] when world.FlagsArePromoted => Good(
                $"AutoFlags config:\nconfig_version: {world.FlagsVersion}\npromoted_flags {{\n  process_name: "
                + $"\"yb-master\"\n  flags: \"new_flag\"\n{Kept}}}\n"),
            ["get_auto_flags_config"] => Good(
                $"AutoFlags config:\nconfig_version: {world.FlagsVersion}\npromoted_flags {{\n  process_name: "
                + $"\"yb-master\"\n{Kept}}}\n"),
            ["change_leader_blacklist", var verb, var address] => Blacklist(verb, address),
            ["promote_auto_flags", ..] => Promote(),
            ["rollback_auto_flags", var version] => Rollback(int.Parse(version, CultureInfo.InvariantCulture)),
            ["upgrade_ysql" or "upgrade_bsql"] => Catalog(command[0], arguments),
            ["ysql_catalog_version" or "bsql_catalog_version"] => Good($"Version:{world.CatalogVersion}\n"),
            ["get_replication_status", _] => Good(string.Concat(world.ReplicationErrors.Select(
                e => $"statuses {{\n  table_id: \"1\"\n  errors {{\n    error: {e}\n  }}\n}}\n"))),
            ["are_nodes_safe_to_take_down", var tservers, _, _]
                when world.Lost(tservers.Split(',')) is { Count: > 0 } lost =>
                new RemoteResult(
                    1, "", $"Error running are_nodes_safe_to_take_down: Illegal state: {lost.Count} tablet(s) would be "
                        + $"under-replicated. Example: tablet {lost[0]}"),
            ["are_nodes_safe_to_take_down", ..] => Good(""),
            ["set_universe_replication_enabled", var group, var enabled] => Replication(group, isPeer, enabled == "1"),
            _ => new RemoteResult(1, "", $"Invalid operation: {command[0]}"),
        };
    }

    private RemoteResult Blacklist(string verb, string text)
    {
        ServiceAddress.TryParse(text, out var address).ShouldBeTrue(text);
        world.Acts.Add($"{verb} {text}");
        _ = verb == "ADD" ? world.LeaderBlacklist.Add(address) : world.LeaderBlacklist.Remove(address);
        var kept = world.Tservers.Where(t => world.LeaderBlacklist.Contains(t.Rpc)).ToList();
        if (kept.Exists(t => !world.MayBeDownTogether(t, kept[0])))
        {
            world.Violate($"{world.LeaderBlacklist.Count} servers were to be without leaders at once");
        }

        return Good("");
    }

    private RemoteResult Promote()
    {
        var isNew = !world.FlagsArePromoted;
        world.Promote();
        return Good(isNew
            ? "PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: "
                + $"{world.FlagsVersion}\n"
            : "PromoteAutoFlags completed successfully\nNo new AutoFlags eligible to promote\nCurrent config version: "
                + $"{world.FlagsVersion}\n");
    }

    private string Kept => string.Concat(world.KeptFlags.Select(f => $"  flags: \"{f}\"\n"));

    private RemoteResult Rollback(int to)
    {
        world.Acts.Add($"rollback flags {to}");
        var any = world.FlagsArePromoted;
        world.FlagsArePromoted = false;
        world.FlagsVersion += any ? 1 : 0;
        return Good(any
            ? $"RollbackAutoFlags completed successfully\nAutoFlags that were promoted after config version {to} were "
                + $"successfully rolled back\nNew config version: {world.FlagsVersion}\n"
            : $"RollbackAutoFlags completed successfully\nNo AutoFlags have been promoted since version {to}\nCurrent "
                + $"config version: {world.FlagsVersion}\n");
    }

    private RemoteResult Catalog(string command, IReadOnlyList<string> arguments)
    {
        world.Acts.Add(command);
        world.CatalogTimeouts.Add(
            arguments[arguments.ToList().FindIndex(a => a.EndsWith("-timeout_ms", StringComparison.Ordinal)) + 1]);
        if (world.IsMigrating)
        {
            world.Violate("two upgrades of the catalogue ran at once");
        }

        if (world.MigrationGoesOn is { } goesOn)
        {
            world.MigrationGoesOn = null;
            world.MigratesUntil = world.Time.GetUtcNow() + goesOn;
            return new RemoteResult(
                1, "", $"Error running {command}: Timed out (yb/rpc/outbound_call.cc:523): UpgradeYsql RPC timed out "
                    + "after 180.000s");
        }

        if (world.CatalogMismatches > 0)
        {
            world.CatalogMismatches--;
            return new RemoteResult(
                1, "", $"Error running {command}: Network error: Catalog Version Mismatch: A DDL occurred while "
                    + "processing this query. Try again. (pgsql error 40001)");
        }

        world.CatalogIsUpgraded = true;
        return Good($"{world.Names.Sql} successfully upgraded to the latest version\n");
    }

    private RemoteResult Replication(string name, bool isPeer, bool enabled)
    {
        if (world.Groups.Find(g => g.Name == name && g.IsHere != isPeer) is not { } group)
        {
            return new RemoteResult(
                1, "", $"Error disabling universe replication: Could not find CDC producer universe {name}");
        }

        if (enabled)
        {
            world.Resume(group);
        }
        else
        {
            world.Acts.Add($"pause {name}");
            group.IsPaused = true;
        }

        return Good(enabled ? "Replication enabled successfully\n" : "Replication disabled successfully\n");
    }

    private static RemoteResult Good(string output) => new(0, output, "");
}
