using System.Globalization;
using Drydock.Clients.Safety;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// The answer of a process over HTTP. Status 200 alone is not a success (docs/research/tidb.md#rules): the body must
/// have the expected form.
/// </summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type, without parameters.</param>
/// <param name="Body">The whole body.</param>
internal sealed record ServiceAnswer(int Status, string? ContentType, string Body)
{
    /// <summary>
    /// Length and type of the body, for messages about an unexpected one. The body may come from another service, so
    /// its text must not be shown in a status.
    /// </summary>
    public string Kind =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Body.Length} characters of {HttpFailure.Clip(ContentType ?? "no type", 100)}");
}
