namespace Drydock.Clients.Docker;

internal sealed class SystemOperations(DockerHttp http) : ISystemOperations
{
    public async Task<PingResponse> PingAsync(CancellationToken cancellationToken = default)
    {
        using var response = await http.SendShortAsync(
            DockerRequest.Get("/_ping", "ping"), versioned: false, cancellationToken).ConfigureAwait(false);
        return new PingResponse
        {
            ApiVersion = ResponseHeaders.First(response, "Api-Version") ?? "",
            ServerTime = response.Headers.Date,
        };
    }

    public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
        http.JsonAsync(
            DockerRequest.Get("/version", "read the version"), DockerJson.Default.VersionResponse, cancellationToken);

    public Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default) =>
        http.JsonAsync(
            DockerRequest.Get("/info", "read the system information"),
            DockerJson.Default.SystemInfoResponse,
            cancellationToken);

    public async IAsyncEnumerable<Message> MonitorEventsAsync(
        ContainerEventsParameters parameters, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var path = new QueryString("/events").Add("since", parameters.Since).Add("until", parameters.Until).Add(
            "filters", parameters.Filters).ToString();
        using var answer =
            await http.OpenAsync(DockerRequest.Get(path, "watch events"), cancellationToken).ConfigureAwait(false);
        await foreach (var message in answer.LinesAsync(
            DockerJson.Default.Message, cancellationToken).ConfigureAwait(false))
        {
            yield return EventVerb.Split(message);
        }

        if (parameters.Until is null)
        {
            throw new DockerUnreachableException(
                http.EndpointName,
                $"Docker at {http.EndpointName} ended the event stream. It may be stopping.",
                mayHaveBeenProcessed: false);
        }
    }
}
