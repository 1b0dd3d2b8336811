namespace Drydock.Lab.Databases.Scenarios;

/// <summary>What became of the client's requests while an upgrade was in a phase.</summary>
/// <param name="Phase">The phase; <c>Before</c> and <c>After</c> for what lies outside the plan's steps.</param>
/// <param name="Ok">Requests that succeeded, retried ones among them.</param>
/// <param name="Failed">Requests that failed for good.</param>
/// <param name="Retried">Requests that succeeded at the second attempt: leadership or connection was handed
/// over.</param>
/// <param name="SlowestMs">The longest, in milliseconds.</param>
/// <param name="Errors">Why requests failed, each reason once.</param>
public sealed record PhaseLoad(
    string Phase, int Ok, int Failed, int Retried, long SlowestMs, IReadOnlyList<string> Errors)
{
    /// <inheritdoc />
    public override string ToString() =>
        FormattableString.Invariant($"{Phase}: {Ok} ok, {Failed} failed, {Retried} handed over, slowest {SlowestMs} ms{(Errors.Count > 0 ? "; " + string.Join("; ", Errors) : "")}");
}
