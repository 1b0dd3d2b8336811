namespace Drydock.Reconcilers.Oms;

/// <summary>Waits until no other session uses the metadata databases, so that nothing changes the data during the dump.
/// Every session counts, wherever it seems to come from: behind a proxy, or where the server looks up names, the
/// process list does not have the address of the client.</summary>
/// <param name="Databases">The databases whose sessions count.</param>
/// <param name="Hosts">The addresses of the OMS hosts.</param>
/// <param name="OnlyHosts">Whether only sessions from these addresses count: before a restore, which ends all
/// others.</param>
internal sealed record AwaitNoSessions(List<string> Databases, List<string>? Hosts = null, bool OnlyHosts = false)
    : OmsStep, IWaitsOnly
{
    private const int Listed = 10;

    internal override string Verb => "no-sessions";
    internal override int Attempts => 1;
    internal override string TimeLimit(OmsUpgradeTimeouts timeouts, string phase) => timeouts.NoSessions;

    /// <summary>No host of an upgrade is connected to what its restore drops.</summary>
    public static AwaitNoSessions OfHosts(Plan done) => done.Step<AwaitNoSessions>()!.As<AwaitNoSessions>() with
    {
        Databases = done.Step<TakeSnapshot>()!.As<TakeSnapshot>().Databases,
        OnlyHosts = true,
    };

    internal override string Title(string? node) => OnlyHosts
        ? "Wait until no OMS host is connected to the metadata database"
        : "Wait until no other session uses the metadata databases";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = NodeAddress.Set(Hosts ?? []);
        var sessions = await metadata.OtherSessionsAsync(Databases, [], cancellationToken);
        var left = sessions.Where(s => !OnlyHosts || IsOf(hosts, s)).ToList();
        if (left.Count == 0)
        {
            return new Observation.Done(OnlyHosts
                ? "No OMS host is connected to the metadata database."
                : "No other session uses the metadata databases.");
        }

        var named = left
            .Select(s => IsOf(hosts, s) ? $"{s}, from an OMS host" : s.ToString())
            .ToList();
        return new Observation.Running(
            $"OMS is stopped, and the dump waits for sessions on the metadata databases: "
            + $"{Sentences.List(named, Listed, "; ")}. Close them, or end them on the server "
            + $"(`KILL {left[0].Id}`).");
    }

    private static bool IsOf(IReadOnlySet<string> hosts, MetadataSession session) =>
        hosts.Contains(NodeAddress.Normalize(session.Client));
}
