namespace Drydock.Lab.Databases.Scenarios;

/// <summary>The client's requests during one phase of an upgrade.</summary>
/// <param name="Phase">The phase; <c>Before</c> and <c>After</c> for times outside of the plan's steps.</param>
/// <param name="Ok">Requests that succeeded, including retried ones.</param>
/// <param name="Failed">Requests that failed at both attempts.</param>
/// <param name="Retried">Requests that succeeded at the second attempt, because leadership or connection was handed
/// over.</param>
/// <param name="SlowestMs">Duration of the slowest request, in milliseconds.</param>
/// <param name="Errors">Reasons of failures, each once.</param>
public sealed record PhaseLoad(
    string Phase, int Ok, int Failed, int Retried, long SlowestMs, IReadOnlyList<string> Errors)
{
    /// <inheritdoc />
    public override string ToString() =>
        FormattableString.Invariant(
            $"{Phase}: {Ok} ok, {Failed} failed, {Retried} handed over, slowest {SlowestMs} ms{(Errors.Count > 0
                ? "; " + string.Join("; ", Errors)
                : "")}");
}
