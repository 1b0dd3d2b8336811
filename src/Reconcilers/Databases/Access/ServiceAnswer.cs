using System.Globalization;
using Drydock.Clients.Safety;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// What a process answered over HTTP. Status 200 is no success by itself (docs/research/tidb.md#rules): the body must
/// be what is expected.
/// </summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type, without parameters.</param>
/// <param name="Body">The whole body.</param>
internal sealed record ServiceAnswer(int Status, string? ContentType, string Body)
{
    /// <summary>
    /// What the body is, for messages about one that is not this process's: it may be another service's, whose words
    /// are not for a status.
    /// </summary>
    public string Kind =>
        string.Create(CultureInfo.InvariantCulture, $"{Body.Length} characters of {HttpFailure.Clip(ContentType ?? "no type", 100)}");
}
