using System.Runtime.CompilerServices;
using Drydock.Clients.Docker.Http;
using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker;

/// <inheritdoc/>
internal sealed class SystemOperations(DockerHttp http) : ISystemOperations
{
    public async Task<PingResponse> PingAsync(CancellationToken cancellationToken = default)
    {
        using var response = await http.SendShortAsync(DockerCall.Get("/_ping", "ping"), versioned: false, cancellationToken).ConfigureAwait(false);
        return new PingResponse
        {
            ApiVersion = AnswerHeaders.First(response, "Api-Version") ?? "",
            OSType = AnswerHeaders.First(response, "OSType") ?? "",
            ServerTime = response.Headers.Date,
        };
    }

    public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
        http.ReadAsync(DockerCall.Get("/version", "get version"), DockerJson.Default.VersionResponse, cancellationToken);

    public Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default) =>
        http.ReadAsync(DockerCall.Get("/info", "get info"), DockerJson.Default.SystemInfoResponse, cancellationToken);

    public Task<DiskUsageResponse> GetDiskUsageAsync(CancellationToken cancellationToken = default) =>
        http.ReadAsync(DockerCall.Get("/system/df", "get disk usage") with { Unlimited = true }, DockerJson.Default.DiskUsageResponse, cancellationToken);

    public async IAsyncEnumerable<Message> MonitorEventsAsync(
        ContainerEventsParameters parameters, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var path = new QueryString("/events").Add("since", parameters.Since).Add("until", parameters.Until).Add("filters", parameters.Filters).ToString();
        using var answer = await http.OpenAsync(DockerCall.Get(path, "watch events"), cancellationToken).ConfigureAwait(false);
        await foreach (var message in answer.LinesAsync(DockerJson.Default.Message, cancellationToken).ConfigureAwait(false))
        {
            yield return EventVerb.Split(message);
        }

        if (parameters.Until is null)
        {
            throw new DockerUnreachableException(http.EndpointName, $"watch events at {http.EndpointName}: the engine ended the stream (is it stopping?)", mayHaveBeenProcessed: false);
        }
    }
}
