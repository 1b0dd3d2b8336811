using System.Net.Http.Json;

namespace Drydock.Cli.Init;

/// <summary>Asks one server of a cluster for its version. Reads only.</summary>
internal static class ServerVersions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The version of a cluster of TiDB as one of its PDs knows it, plain: 2.1.19.</summary>
    /// <exception cref="CliException">It does not answer, or is no PD.</exception>
    /// <remarks><c>/pd/api/v1/version</c> does not tell it: PD 2.1 answers 1.0.0 there, whatever its release.</remarks>
    public static async Task<string> OfPdAsync(string address, CancellationToken cancellationToken) =>
        (await AskAsync(address, "/pd/api/v1/config/cluster-version", null, cancellationToken)).TrimStart('v');

    /// <summary>The version of a YugabyteDB or BMDB master.</summary>
    /// <exception cref="CliException">It does not answer, or is no master.</exception>
    public static Task<string> OfMasterAsync(string address, CancellationToken cancellationToken) =>
        AskAsync(address, "/api/v1/version", "version_number", cancellationToken);

    // A field of the answer, or with null the answer itself.
    private static async Task<string> AskAsync(
        string address, string path, string? field, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate($"http://{address}", UriKind.Absolute, out var server))
        {
            throw new CliException($"'{address}' is not an address. Expected HOST:PORT.");
        }

        var question = new Uri(server, path);
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            var answer = await http.GetFromJsonAsync<JsonNode>(question, cancellationToken);
            var told = field is null ? answer : answer?[field];
            return told?.GetValue<string>() is { Length: > 0 } version
                ? version
                : throw new CliException($"{question} answered without a version. Is it the right port?");
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException or InvalidOperationException
            || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CliException(
                $"{question} did not tell its version: {NoAnswer.Explain(failed)}. If this machine cannot reach it, or "
                + "it needs a login or a certificate, add --from-version.");
        }
    }
}
