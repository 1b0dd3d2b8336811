namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>yb-admin or bm-admin on the tool host (docs/research/yugabytedb.md#admin-tool). It is always given all
/// masters, a time limit, and the directory of certificates where there is one; no secret is among its arguments,
/// because everybody on the host can read them. Its outputs are matched literally.</summary>
/// <param name="host">The host it runs on.</param>
/// <param name="program">Its path on the host.</param>
/// <param name="vocabulary">What its flags and commands are called.</param>
/// <param name="masters">RPC addresses of all masters.</param>
/// <param name="tls">How it connects with TLS; null without TLS.</param>
/// <param name="redact">Takes secrets out of what it prints.</param>
internal sealed class AdminTool(
    IHostFiles host,
    string program,
    YugabyteVocabulary vocabulary,
    IReadOnlyList<ServiceAddress> masters,
    AdminToolTls? tls,
    Func<string, string> redact)
{
    /// <summary>The time limit where nothing else is asked: the tool's own default.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The command that lists groups of which the universe is the target; not every version has it.</summary>
    public const string Inbound = "list_universe_replications";

    /// <summary>The command that lists groups of which the universe is the source; not every version has it.</summary>
    public const string Outbound = "list_xcluster_outbound_replication_groups";

    private const string ReplicationEnabled = "set_universe_replication_enabled";
    private const int LongestMessage = 1500;

    // 0: a process has a command line that matches; 1: none has.
    private const string FindProcess =
        """
        command -v tr > /dev/null && command -v grep > /dev/null || exit 3
        for one in /proc/[0-9]*/cmdline; do
          { tr '\0' ' ' < "$one" | grep -q -e "$1"; } 2> /dev/null && exit 0
        done
        exit 1
        """;

    public string Program => program;

    public string Display => $"{program} on {host.Host}";

    public string MasterAddresses { get; } = string.Join(',', masters);

    /// <summary>Its help. Old tools have no help command and list their commands with an error.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public async Task<AdminHelp> HelpAsync(CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(Command(UsualTimeout, ["help"]), cancellationToken);
        return AdminHelp.Parse(result.Output + "\n" + result.Errors);
    }

    /// <summary>All masters, with their states.</summary>
    /// <exception cref="AdminToolException">It failed, or printed something else.</exception>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public Task<IReadOnlyList<ListedMaster>> MastersAsync(CancellationToken cancellationToken) =>
        ReadAsync(ListedMaster.Parse, cancellationToken, "list_all_masters");

    public Task<AutoFlagsConfig> AutoFlagsAsync(CancellationToken cancellationToken) =>
        ReadAsync(AutoFlagsConfig.Parse, cancellationToken, "get_auto_flags_config");

    /// <summary>Promotes AutoFlags up to a class; the highest class is the default of the command. May be
    /// repeated.</summary>
    public Task<AutoFlagsPromotion> PromoteAutoFlagsAsync(AutoFlagClass highest, CancellationToken cancellationToken) =>
        ReadAsync(
            AutoFlagsPromotion.Parse,
            cancellationToken,
            highest == AutoFlagClass.External ? ["promote_auto_flags"] : ["promote_auto_flags", $"k{highest}"]);

    /// <summary>Takes back what was promoted since a version. Only volatile flags can be.</summary>
    public Task<AutoFlagsRollback> RollBackAutoFlagsAsync(int version, CancellationToken cancellationToken) =>
        ReadAsync(
            output => AutoFlagsRollback.Parse(output, version),
            cancellationToken,
            "rollback_auto_flags",
            version.ToString(CultureInfo.InvariantCulture));

    /// <summary>Upgrades the SQL catalogue. May be repeated, never side by side.</summary>
    public Task<CatalogUpgrade> UpgradeCatalogAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        ReadAsync(
            output => CatalogUpgrade.Parse(vocabulary.UpgradeCatalogCommand, output),
            timeout,
            cancellationToken,
            vocabulary.UpgradeCatalogCommand);

    /// <summary>The version of the SQL catalogue, which every migration raises.</summary>
    public Task<long> CatalogVersionAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            output => CatalogVersion.Parse(vocabulary.CatalogVersionCommand, output),
            cancellationToken,
            vocabulary.CatalogVersionCommand);

    /// <summary>Whether a catalogue upgrade runs on the host: it continues there after its connection was lost, and an
    /// administrator may have started one. Needs no pgrep, which minimal hosts lack.</summary>
    /// <exception cref="HostException">The host cannot be reached.</exception>
    /// <exception cref="AdminToolException">The processes of the host cannot be read.</exception>
    public async Task<bool> IsUpgradingCatalogAsync(CancellationToken cancellationToken)
    {
        // The brackets keep the search from finding itself.
        var command = vocabulary.UpgradeCatalogCommand;
        var search = RemoteCommand.Script(
            FindProcess, $"{vocabulary.AdminProgram} .*[{command[0]}]{command[1..]}");
        var result = await host.RunAsync(search, cancellationToken);
        return result.ExitCode switch
        {
            0 => true,
            1 => false,
            _ => throw new AdminToolException(
                command,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{host.Host}: the search in /proc for a running {command} ended with {result.ExitCode}: "
                    + $"{Shorten(result.Errors.Trim())}. It needs tr and grep."),
                result.Errors),
        };
    }

    public Task<bool> IsBalancerIdleAsync(CancellationToken cancellationToken) =>
        ReadAsync(BalancerIdle.Parse, cancellationToken, "get_is_load_balancer_idle");

    public Task<IReadOnlyList<string>> ReplicationGroupsAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            output => ReplicationGroupList.Parse(Inbound, ReplicationGroupList.Inbound, output),
            cancellationToken,
            Inbound);

    public Task<IReadOnlyList<string>> OutboundGroupsAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            output => ReplicationGroupList.Parse(Outbound, ReplicationGroupList.Outbound, output),
            cancellationToken,
            Outbound);

    public Task<IReadOnlyList<string>> ReplicationErrorsAsync(string group, CancellationToken cancellationToken) =>
        ReadAsync(ReplicationErrors.Parse, cancellationToken, ReplicationErrors.Command, group);

    /// <summary>Adds a tablet server to the leader blacklist, or removes it. The tool prints nothing and ends with
    /// 0.</summary>
    public Task ChangeLeaderBlacklistAsync(ServiceAddress tserver, bool add, CancellationToken cancellationToken) =>
        RunAsync(
            UsualTimeout, cancellationToken, "change_leader_blacklist", add ? "ADD" : "REMOVE", tserver.ToString());

    public async Task SetReplicationEnabledAsync(string group, bool enabled, CancellationToken cancellationToken) =>
        _ = await ReadAsync(
            output =>
            {
                ReplicationToggle.Check(output, enabled);
                return true;
            },
            cancellationToken,
            ReplicationEnabled,
            group,
            enabled ? "1" : "0");

    public string ReplicationCommand(string group, bool enabled) =>
        Text(ReplicationEnabled, group, enabled ? "1" : "0");

    public string LeaderBlacklistCommand(ServiceAddress tserver, bool add) =>
        Text("change_leader_blacklist", add ? "ADD" : "REMOVE", tserver.ToString());

    /// <summary>Whether these servers may be taken down: null if so, otherwise what the tool says.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public async Task<string?> NodesSafeProblemAsync(
        NodesSafeForm form,
        IReadOnlyList<string> tservers,
        IReadOnlyList<string> masters,
        TimeSpan followerLag,
        CancellationToken cancellationToken)
    {
        var lag = ((long)followerLag.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        string[] arguments = form == NodesSafeForm.TserversAndMasters
            ? [Ids(tservers), Ids(masters), lag]
            : [string.Join(',', tservers.Concat(masters)), lag];
        try
        {
            await RunAsync(UsualTimeout, cancellationToken, ["are_nodes_safe_to_take_down", .. arguments]);
            return null;
        }
        catch (AdminToolException exception)
        {
            return exception.Message;
        }

        static string Ids(IReadOnlyList<string> ids) => ids.Count == 0 ? "NONE" : string.Join(',', ids);
    }

    private Task<T> ReadAsync<T>(Func<string, T> parse, CancellationToken cancellationToken, params string[] command) =>
        ReadAsync(parse, UsualTimeout, cancellationToken, command);

    private async Task<T> ReadAsync<T>(
        Func<string, T> parse, TimeSpan timeout, CancellationToken cancellationToken, params string[] command)
    {
        var output = await RunAsync(timeout, cancellationToken, command);
        try
        {
            return parse(output);
        }
        catch (AdminOutputException exception)
        {
            throw new AdminToolException(command[0], redact($"{Display}: {exception.Message}"), output, exception);
        }
    }

    private async Task<string> RunAsync(TimeSpan timeout, CancellationToken cancellationToken, params string[] command)
    {
        var result = await host.RunAsync(Command(timeout, command), cancellationToken);
        if (result.IsSuccess)
        {
            return result.Output;
        }

        var printed = string.Join('\n', result.Output.Trim(), result.Errors.Trim()).Trim();
        var words = redact(printed);
        throw new AdminToolException(
            command[0],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Display} {string.Join(' ', command)} ended with {result.ExitCode}: {Shorten(words)}"),
            printed);
    }

    private static string Shorten(string text) =>
        text.Length == 0 ? "it printed nothing" : ForeignText.LastWords(text, LongestMessage);

    private RemoteCommand Command(TimeSpan timeout, IReadOnlyList<string> command) => new(Arguments(timeout, command));

    private List<string> Arguments(TimeSpan timeout, IReadOnlyList<string> command) =>
    [
        program,
        vocabulary.MasterAddressesFlag,
        MasterAddresses,
        vocabulary.TimeoutFlag,
        ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        .. AdminToolTls.Arguments(tls, vocabulary),
        .. command,
    ];

    private string Text(params string[] command) =>
        string.Join(
            ' ',
            [
                program,
                vocabulary.MasterAddressesFlag,
                MasterAddresses,
                .. AdminToolTls.Arguments(tls, vocabulary),
                .. command,
            ]);
}

/// <summary>How the admin tool connects to masters with TLS.</summary>
/// <param name="Directory">The directory of certificates on the tool host.</param>
/// <param name="ClientNode">The node whose certificate in the directory the tool presents; null if the masters require
/// none.</param>
internal sealed record AdminToolTls(string Directory, string? ClientNode)
{
    /// <summary>TLS of the cluster's own masters; null without it.</summary>
    public static AdminToolTls? Of(DatabaseServiceTls? tls) => Of(tls?.CertsDirName, tls?.ClientNodeName);

    public static AdminToolTls? Of(ReplicationPeer peer) => Of(peer.CertsDirName, peer.ClientNodeName);

    public static IReadOnlyList<string> Arguments(AdminToolTls? tls, YugabyteVocabulary vocabulary) => tls switch
    {
        null => [],
        { ClientNode: { } node } => [vocabulary.CertsFlag, tls.Directory, vocabulary.ClientNodeFlag, node],
        _ => [vocabulary.CertsFlag, tls.Directory],
    };

    private static AdminToolTls? Of(string? directory, string? node) =>
        directory is null ? null : new AdminToolTls(directory, node);
}

/// <summary>The admin tool ended with another exit code than 0, or its output has an unknown form. Whether the command
/// had an effect is unknown.</summary>
/// <param name="command">The command.</param>
/// <param name="message">What happened; never a secret.</param>
/// <param name="printed">The whole output, by which some failures are distinguished.</param>
/// <param name="innerException">The cause.</param>
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

    public string Command => command;

    public string Printed => printed;

    /// <summary>The masters had no leader (docs/research/yugabytedb.md#known-failures), or the leader could not be
    /// reached: the command had no effect.</summary>
    public override bool IsRequestNotTaken => Leaderless.Any(l => Printed.Contains(l, StringComparison.Ordinal));
}
