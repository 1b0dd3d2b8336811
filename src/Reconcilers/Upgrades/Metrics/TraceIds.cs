using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Ids of traces and spans, computed from what they are about: every operator process gives the same attempt the same
/// ids, so that nothing is doubled when a successor sends it again.
/// </summary>
internal static class TraceIds
{
    /// <summary>The trace of an attempt of an object.</summary>
    public static ActivityTraceId Trace(string uid, int attempt) =>
        ActivityTraceId.CreateFromBytes(Hash(uid, attempt, "")[..16]);

    /// <summary>The trace of the attempt that runs now, or ran last, as hex digits.</summary>
    public static string Of(RunObject run) => Trace(
        run.Metadata.Uid ?? "", (run.Status?.Attempts.LastOrDefault()?.Number ?? 0) + 1).ToHexString();

    /// <summary>The span of a whole attempt of an object.</summary>
    public static ActivitySpanId Root(string uid, int attempt) =>
        ActivitySpanId.CreateFromBytes(Hash(uid, attempt, "run")[..8]);

    /// <summary>The span of a named part of an attempt of an object.</summary>
    public static ActivitySpanId Part(string uid, int attempt, string part) =>
        ActivitySpanId.CreateFromBytes(Hash(uid, attempt, $"part\n{part}")[..8]);

    /// <summary>The span of an attempt of a step.</summary>
    /// <param name="uid">The object.</param>
    /// <param name="attempt">The attempt of the object.</param>
    /// <param name="plan">The hash of the plan: two plans may have steps of the same names.</param>
    /// <param name="step">The id of the step.</param>
    /// <param name="stepAttempt">Which attempt of the step it was.</param>
    public static ActivitySpanId Step(string uid, int attempt, string plan, string step, string stepAttempt) =>
        ActivitySpanId.CreateFromBytes(Hash(uid, attempt, $"step\n{plan}\n{step}\n{stepAttempt}")[..8]);

    private static ReadOnlySpan<byte> Hash(string uid, int attempt, string part)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, attempt);
        return SHA256.HashData([.. Encoding.UTF8.GetBytes(uid), .. number, .. Encoding.UTF8.GetBytes(part)]);
    }
}
