namespace Drydock.Clients.Safety;

/// <summary>Limits of an <see cref="OutcomeHandler"/>.</summary>
/// <param name="Time">For a whole request, unless its <see cref="RequestTerms"/> say otherwise.</param>
/// <param name="AnswerBytes">Longest answer that is read as a whole.</param>
/// <param name="ReadRetries">How often a request is sent again that certainly changed nothing (0: never), if no
/// connection was made, the connection ended, or a proxy answered.</param>
/// <param name="FirstRetryAfter">Doubled with each retry; ignored where the answer says how long to wait.</param>
public sealed record OutcomeLimits(TimeSpan Time, int AnswerBytes, int ReadRetries = 0, TimeSpan FirstRetryAfter = default)
{
    /// <summary>The part of a refusal's body that is kept, in bytes.</summary>
    public const int ErrorBytes = 64 * 1024;
}
