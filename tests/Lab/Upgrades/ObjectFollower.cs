namespace Drydock.Lab.Upgrades;

/// <summary>Follows one object by a watch on the API server itself and not through a fault proxy.</summary>
/// <param name="collection">Path of the collection, for instance <c>/api/v1/namespaces/x/secrets</c>.</param>
/// <param name="name">Name of the object.</param>
public sealed class ObjectFollower(ControlPlane controlPlane, string collection, string name)
{
    /// <summary>Every state of the object while it was followed.</summary>
    public IReadOnlyList<JsonNode> Seen => _seen;

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private readonly List<JsonNode> _seen = [];

    /// <summary>
    /// Follows the object until it is as wanted, and returns it. It waits at least <see cref="Deadline.Longest"/>.
    /// </summary>
    /// <exception cref="LabException">The deadline passed. The message contains phase and message of the last
    /// status.</exception>
    public async Task<JsonNode> UntilAsync(
        Func<JsonNode, bool> wanted, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        var longest = deadline > Deadline.Longest ? deadline : Deadline.Longest;
        if (await WithinAsync(wanted, longest, cancellationToken) is { } found)
        {
            return found;
        }

        var last = _seen.LastOrDefault();
        throw new LabException(
            $"{name} did not get there within {longest}; last phase {last?["status"]?["phase"] ?? "(none)"}, step "
            + $"{last?["status"]?["step"]}: {last?["status"]?["message"]}");
    }

    /// <summary>
    /// Follows the object for a time at most. Null if it did not become as wanted meanwhile: an answer, and no failure.
    /// </summary>
    public async Task<JsonNode?> WithinAsync(
        Func<JsonNode, bool> wanted, TimeSpan time, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(time);
        using var http = controlPlane.CreateHttpClient();
        http.Timeout = Timeout.InfiniteTimeSpan;
        try
        {
            while (true)
            {
                try
                {
                    if (await FollowOnceAsync(http, wanted, limit.Token) is { } found)
                    {
                        return found;
                    }
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException)
                {
                    // The API server may be down, and no event says when it is up again.
                    await Task.Delay(Again, limit.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<JsonNode?> FollowOnceAsync(
        HttpClient http, Func<JsonNode, bool> wanted, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(
            new Uri($"{collection}?watch=true&fieldSelector=metadata.name={name}", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var change = JsonNode.Parse(line)!;
            if (change["object"] is not { } seen || change["type"]?.GetValue<string>() == "ERROR")
            {
                continue;
            }

            var copy = seen.DeepClone();
            _seen.Add(copy);
            if (change["type"]?.GetValue<string>() != "DELETED" && wanted(copy))
            {
                return copy;
            }
        }

        return null;
    }
}
