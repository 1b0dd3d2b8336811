namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How yb-admin or bm-admin is called. It is always given all masters, a time limit, and the directory of
/// certificates where there is one; no secret is among its arguments, because everybody on the host can read them.
/// Pure.</summary>
/// <param name="Masters">RPC addresses of all masters.</param>
/// <param name="Certificates">The directory of certificates on the tool host; null without TLS.</param>
/// <param name="ClientNode">The node whose certificate in the directory it presents; null if the masters require
/// none.</param>
internal sealed record AdminCommand(
    string Program, YugabyteVocabulary Words, string Masters, string? Certificates, string? ClientNode)
{
    /// <summary>For the masters of the universe, with the tool of the package unless another is given.</summary>
    public static AdminCommand Of(DatabaseRollingUpgradeSpec spec, string? program = null) => new(
        program ?? ProgramOf(spec), YugabyteVocabulary.Of(spec),
        string.Join(',', spec.Of(DatabaseComponent.Master).Select(spec.Service)),
        spec.Tls?.CertsDirName, spec.Tls?.ClientNodeName);

    public static AdminCommand Of(DatabaseRollingUpgradeSpec spec, ReplicationPeer peer, string? program = null) => new(
        program ?? ProgramOf(spec), YugabyteVocabulary.Of(spec),
        string.Join(',', peer.Masters.Select(m => ServiceAddress.TryParse(m, out var address) ? $"{address}" : m)),
        peer.CertsDirName, peer.ClientNodeName);

    public List<string> Arguments(TimeSpan timeout, IEnumerable<string> command) =>
    [
        Program,
        Words.MasterAddressesFlag,
        Masters,
        Words.Flag("timeout_ms"),
        $"{(long)timeout.TotalMilliseconds}",
        .. TlsArguments(),
        .. command,
    ];

    public string Replication(string group, bool enabled) =>
        Text("set_universe_replication_enabled", group, enabled ? "1" : "0");

    public string Release(string tserver) => Text("change_leader_blacklist", "REMOVE", tserver);

    public string Drain(string tserver) => Text("change_leader_blacklist", "ADD", tserver);

    private IEnumerable<string> TlsArguments() => Certificates is null
        ? []
        : ClientNode is null
        ? [Words.Flag("certs_dir_name"), Certificates]
        : [Words.Flag("certs_dir_name"), Certificates, Words.Flag("client_node_name"), ClientNode];

    private static string ProgramOf(DatabaseRollingUpgradeSpec spec) =>
        $"{spec.Package.Directory}/bin/{YugabyteVocabulary.Of(spec).AdminProgram}";

    // As an administrator enters it.
    public string Text(params string[] command) => string.Join(
        ' ', [Program, Words.MasterAddressesFlag, Masters, .. TlsArguments(), .. command]);
}

/// <summary>yb-admin or bm-admin on the tool host (docs/project/research/yugabytedb.md#admin-tool). Its outputs are
/// matched literally.</summary>
internal sealed class AdminTool(IHostFiles host, AdminCommand call, Func<string, string> redact)
{
    /// <summary>The time limit where nothing else is asked: the tool's own default.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The command that lists groups of which the universe is the target; not every version has it.</summary>
    public const string Inbound = "list_universe_replications";

    /// <summary>The command that lists groups of which the universe is the source; not every version has it.</summary>
    public const string Outbound = "list_xcluster_outbound_replication_groups";

    private const int LongestMessage = 1500;

    // How much longer than the tool's own limit the host lets it run, so that the tool tells how it ended.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    // 0: a process has a command line that matches; 1: none has.
    private const string FindProcess =
        """
        command -v tr > /dev/null && command -v grep > /dev/null || exit 3
        for one in /proc/[0-9]*/cmdline; do
          { tr '\0' ' ' < "$one" | grep -q -e "$1"; } 2> /dev/null && exit 0
        done
        exit 1
        """;

    public AdminCommand Call => call;
    public string Display => $"{call.Program} on {host.Host}";

    /// <summary>Its help. Old tools have no help command and list their commands with an error.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public async Task<AdminHelp> HelpAsync(CancellationToken cancellationToken)
    {
        var result = await host.AskAsync(new RemoteCommand(call.Arguments(UsualTimeout, ["help"])), cancellationToken);
        return AdminHelp.Parse(result.Output + "\n" + result.Errors);
    }

    /// <summary>All masters, with their states.</summary>
    /// <exception cref="AdminToolException">It failed, or printed something else.</exception>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public Task<IReadOnlyList<ListedMaster>> MastersAsync(CancellationToken cancellationToken) =>
        AskAsync(ListedMaster.Parse, cancellationToken, "list_all_masters");

    public Task<AutoFlagsConfig> AutoFlagsAsync(CancellationToken cancellationToken) =>
        AskAsync(AutoFlagsConfig.Parse, cancellationToken, "get_auto_flags_config");

    /// <summary>Promotes AutoFlags up to a class; the highest class is the default of the command. May be
    /// repeated.</summary>
    public Task<AutoFlagsPromotion> PromoteAutoFlagsAsync(AutoFlagClass highest, CancellationToken cancellationToken) =>
        ActAsync(AutoFlagsPromotion.Parse, UsualTimeout, cancellationToken, Promotion(highest));

    public static string[] Promotion(AutoFlagClass highest) =>
        highest == AutoFlagClass.External ? ["promote_auto_flags"] : ["promote_auto_flags", $"k{highest}"];

    /// <summary>Takes back what was promoted since a version. Only volatile flags can be.</summary>
    /// <returns>Whether there was anything to take back.</returns>
    public Task<bool> RollBackAutoFlagsAsync(int version, CancellationToken cancellationToken) =>
        ActAsync(
            output => AdminOutput.AreFlagsRolledBack(output, version),
            UsualTimeout, cancellationToken, "rollback_auto_flags", $"{version}");

    /// <summary>Upgrades the SQL catalogue. May be repeated, never side by side.</summary>
    public Task<CatalogUpgrade> UpgradeCatalogAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var command = call.Words.UpgradeCatalogCommand;
        return ActAsync(output => CatalogUpgrade.Parse(command, output), timeout, cancellationToken, command);
    }

    /// <summary>The version of the SQL catalogue, which every migration raises.</summary>
    public Task<long> CatalogVersionAsync(CancellationToken cancellationToken)
    {
        var command = call.Words.CatalogVersionCommand;
        return AskAsync(output => AdminOutput.CatalogVersion(command, output), cancellationToken, command);
    }

    /// <summary>Whether a catalogue upgrade runs on the host: it continues there after its connection was lost, and an
    /// administrator may have started one. Needs no pgrep, which minimal hosts lack.</summary>
    /// <exception cref="HostException">The host cannot be reached.</exception>
    /// <exception cref="AdminToolException">The processes of the host cannot be read.</exception>
    public async Task<bool> IsUpgradingCatalogAsync(CancellationToken cancellationToken)
    {
        // The brackets keep the search from finding itself.
        var command = call.Words.UpgradeCatalogCommand;
        var search = RemoteCommand.Script(FindProcess, $"{call.Words.AdminProgram} .*[{command[0]}]{command[1..]}");
        var result = await host.AskAsync(search, cancellationToken);
        return result.ExitCode switch
        {
            0 => true,
            1 => false,
            _ => throw new AdminToolException(
                command,
                $"{host.Host}: the search in /proc for a running {command} ended with {result.ExitCode}: "
                + $"{Shorten(result.Errors.Trim())}. It needs tr and grep.",
                result.Errors),
        };
    }

    public Task<bool> IsBalancerIdleAsync(CancellationToken cancellationToken) =>
        AskAsync(AdminOutput.IsBalancerIdle, cancellationToken, "get_is_load_balancer_idle");

    public Task<IReadOnlyList<string>> ReplicationGroupsAsync(CancellationToken cancellationToken) => AskAsync(
        output => AdminOutput.Groups(Inbound, AdminOutput.InboundGroups, output), cancellationToken, Inbound);

    public Task<IReadOnlyList<string>> OutboundGroupsAsync(CancellationToken cancellationToken) => AskAsync(
        output => AdminOutput.Groups(Outbound, AdminOutput.OutboundGroups, output), cancellationToken, Outbound);

    public Task<IReadOnlyList<string>> ReplicationErrorsAsync(string group, CancellationToken cancellationToken) =>
        AskAsync(AdminOutput.ReplicationErrors, cancellationToken, AdminOutput.ReplicationErrorsCommand, group);

    /// <summary>Adds a tablet server to the leader blacklist, or removes it. The tool prints nothing and ends with
    /// 0.</summary>
    public Task ChangeLeaderBlacklistAsync(ServiceAddress tserver, bool add, CancellationToken cancellationToken) =>
        RunAsync(
            host.RunAsync, UsualTimeout, cancellationToken,
            "change_leader_blacklist", add ? "ADD" : "REMOVE", tserver.ToString());

    public Task SetReplicationEnabledAsync(string group, bool enabled, CancellationToken cancellationToken) =>
        ActAsync(
            output => AdminOutput.CheckReplication(output, enabled),
            UsualTimeout, cancellationToken, "set_universe_replication_enabled", group,
            enabled ? "1" : "0");

    /// <summary>Whether these servers may be taken down: null if so, otherwise what the tool says.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public async Task<string?> NodesSafeProblemAsync(
        NodesSafeForm form, IReadOnlyList<string> tservers, IReadOnlyList<string> masters, TimeSpan followerLag,
        CancellationToken cancellationToken)
    {
        var lag = $"{(long)followerLag.TotalMilliseconds}";
        string[] arguments = form == NodesSafeForm.TserversAndMasters
            ? [Ids(tservers), Ids(masters), lag]
            : [string.Join(',', tservers.Concat(masters)), lag];
        try
        {
            await RunAsync(
                host.AskAsync, UsualTimeout, cancellationToken, ["are_nodes_safe_to_take_down", .. arguments]);
            return null;
        }
        catch (AdminToolException exception) when (!exception.IsUnknownCommand)
        {
            return exception.Message;
        }

        static string Ids(IReadOnlyList<string> ids) => ids.Count == 0 ? "NONE" : string.Join(',', ids);
    }

    private Task<T> AskAsync<T>(Func<string, T> parse, CancellationToken cancellationToken, params string[] command) =>
        ReadAsync(host.AskAsync, parse, UsualTimeout, cancellationToken, command);

    private Task<T> ActAsync<T>(
        Func<string, T> parse, TimeSpan timeout, CancellationToken cancellationToken, params string[] command) =>
        ReadAsync(host.RunAsync, parse, timeout, cancellationToken, command);

    private async Task<T> ReadAsync<T>(
        Way way, Func<string, T> parse, TimeSpan timeout, CancellationToken cancellationToken,
        params string[] command)
    {
        var output = await RunAsync(way, timeout, cancellationToken, command);
        try
        {
            return parse(output);
        }
        catch (AdminOutputException exception)
        {
            throw new AdminToolException(command[0], redact($"{Display}: {exception.Message}"), output, exception);
        }
    }

    private async Task<string> RunAsync(
        Way way, TimeSpan timeout, CancellationToken cancellationToken, params string[] command)
    {
        var result = await way(
            new RemoteCommand(call.Arguments(timeout, command)) { Limit = timeout + Margin }, cancellationToken);
        if (result.IsSuccess)
        {
            return result.Output;
        }

        var printed = string.Join('\n', result.Output.Trim(), result.Errors.Trim()).Trim();
        printed = result.ExitCode == RemoteCommand.TimedOut ? $"{printed} timed out on the host".Trim() : printed;
        throw new AdminToolException(
            command[0],
            AdminToolException.SaysUnknown(command[0], printed)
                ? $"{Display} does not know the command {command[0]}."
                : $"{Display} {string.Join(' ', command)} ended with {result.ExitCode}: {Shorten(redact(printed))}",
            printed);
    }

    private delegate Task<RemoteResult> Way(RemoteCommand command, CancellationToken cancellationToken);

    private static string Shorten(string text) =>
        text.Length == 0 ? "it printed nothing" : ForeignText.LastWords(text, LongestMessage);
}

/// <summary>The admin tool ended with another exit code than 0, or its output has an unknown form. Whether the command
/// had an effect is unknown.</summary>
/// <param name="message">What happened; never a secret.</param>
/// <param name="printed">The whole output, by which some failures are distinguished.</param>
internal sealed class AdminToolException(
    string command, string message, string printed, Exception? innerException = null)
    : TargetException(Reasons.AdminToolFailed, message, innerException)
{
    // The change of the blacklist, the search for the leader and the first connection of the tool say it differently.
    private static readonly string[] Leaderless =
    [
        "Master config has no leader",
        "Could not locate master leader",
        "Could not locate the leader master",
        "Unable to establish connection to leader master",
    ];

    /// <summary>The tool does not know the command, so it says nothing of the universe.</summary>
    public bool IsUnknownCommand => SaysUnknown(Command, Printed);

    public string Command => command;
    public string Printed => printed;

    public static bool SaysUnknown(string command, string printed) =>
        printed.Contains($"Invalid operation: {command}", StringComparison.Ordinal);

    /// <summary>The masters had no leader (docs/project/research/yugabytedb.md#known-failures), or the leader could not
    /// be reached: the command had no effect.</summary>
    public override bool IsRequestNotTaken => Leaderless.Any(l => Printed.Contains(l, StringComparison.Ordinal));
}
