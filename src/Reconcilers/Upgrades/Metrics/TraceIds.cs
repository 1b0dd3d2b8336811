namespace Drydock.Reconcilers.Upgrades;

/// <summary>Ids of traces and spans, computed from what they are about: every operator process gives the same attempt
/// the same ids, so that nothing is doubled when a successor sends it again.</summary>
internal static class TraceIds
{
    public static ActivityTraceId Trace(string uid, int attempt) =>
        ActivityTraceId.CreateFromBytes(Hash(uid, attempt, "")[..16]);

    public static string Of(RunObject run) => Trace(
        run.Metadata.Uid ?? "", (run.Status?.Attempts.LastOrDefault()?.Number ?? 0) + 1).ToHexString();

    public static ActivitySpanId Root(string uid, int attempt) =>
        ActivitySpanId.CreateFromBytes(Hash(uid, attempt, "run")[..8]);

    public static ActivitySpanId Part(string uid, int attempt, string part) =>
        ActivitySpanId.CreateFromBytes(Hash(uid, attempt, $"part\n{part}")[..8]);

    public static ActivitySpanId Step(string uid, int attempt, string plan, string step, string stepAttempt) =>
        ActivitySpanId.CreateFromBytes(Hash(uid, attempt, $"step\n{plan}\n{step}\n{stepAttempt}")[..8]);

    private static ReadOnlySpan<byte> Hash(string uid, int attempt, string part)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, attempt);
        return SHA256.HashData([.. Encoding.UTF8.GetBytes(uid), .. number, .. Encoding.UTF8.GetBytes(part)]);
    }
}
