namespace Drydock.Lab;

/// <summary>
/// A fault proxy in front of a <see cref="S3Server"/>, with TLS on both sides. Every change is an act of the ledger: a
/// rule can answer it with 500 or 503, hold it, or cut it off before or after. <see cref="CutMidway"/> cuts in the
/// middle of a body.
/// </summary>
public sealed class S3FaultProxy : HttpFaultProxy
{
    private int _pieces = int.MaxValue;
    private int _cuts;

    public S3FaultProxy(LabRun run, S3Server server, FaultLedger? ledger = null)
        : base(run, "s3", ledger, server.Address, server.Port, mutual: null)
    {
    }

    /// <summary>The endpoint for clients.</summary>
    public Uri Endpoint => new(FormattableString.Invariant($"https://{Address}:{Port}"));

    /// <summary>How often <see cref="CutMidway"/> has cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>An error in S3's format, for <see cref="FaultAction.Answer"/>.</summary>
    public static FaultAction Error(int code, string name) =>
        FaultAction.Answer(
            code, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{name}</Code><Message>fault injected by the "
                + "lab</Message><RequestId>lab</RequestId></Error>");

    /// <summary>
    /// Resets all connections once this many pieces of bodies (tens of kilobytes each) have passed from now on, in
    /// either direction.
    /// </summary>
    public void CutMidway(int pieces) => Volatile.Write(ref _pieces, pieces);

    private protected override bool DefaultIsAct(string method, string path) =>
        method is not ("GET" or "HEAD" or "OPTIONS");

    private protected override Task ThawedAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _pieces) != int.MaxValue && Interlocked.Decrement(ref _pieces) == 0)
        {
            Volatile.Write(ref _pieces, int.MaxValue);
            Interlocked.Increment(ref _cuts);
            CutAll();
        }

        return base.ThawedAsync(cancellationToken);
    }
}
