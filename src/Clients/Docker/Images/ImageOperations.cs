namespace Drydock.Clients.Docker;

internal sealed class ImageOperations(DockerHttp http) : IImageOperations
{
    public Task<ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken = default) =>
        http.JsonAsync(
            DockerRequest.Get($"/images/{Names.Image(name)}/json", $"inspect image {name}"),
            DockerJson.Default.ImageInspectResponse,
            cancellationToken);

    public IAsyncEnumerable<JSONMessage> CreateImageAsync(
        ImagesCreateParameters parameters, AuthConfig? authConfig, CancellationToken cancellationToken = default)
    {
        var image = Names.OneImage(parameters.FromImage, parameters.Tag);
        var path = new QueryString("/images/create").Add("fromImage", image).Add("tag", parameters.Tag).Add(
            "platform", parameters.Platform).ToString();
        return ProgressAsync(
            DockerRequest.Post(
                path, $"pull image {image}") with
            { Auth = authConfig, Secrets = SecretScrubber.ForAuth(authConfig) },
            cancellationToken);
    }

    public IAsyncEnumerable<JSONMessage> LoadImageAsync(
        ImageLoadParameters parameters, Stream imageStream, CancellationToken cancellationToken = default)
    {
        var path = new QueryString("/images/load").Add("quiet", parameters.Quiet ? "1" : "0").ToString();
        return ProgressAsync(
            DockerRequest.Post(
                path, "load image") with
            { Content = () => new UploadContent(imageStream, parameters.BytesSent) },
            cancellationToken);
    }

    public Task<IReadOnlyList<ImageDeleteResponse>> DeleteImageAsync(
        string name, ImageDeleteParameters parameters, CancellationToken cancellationToken = default)
    {
        var path = new QueryString($"/images/{Names.Image(name)}").Add("force", parameters.Force).Add(
            "noprune", parameters.NoPrune).ToString();
        var call = new DockerRequest(HttpMethod.Delete, path, $"remove image {name}") { Unlimited = true };
        return http.JsonAsync(call, DockerJson.Default.IReadOnlyListImageDeleteResponse, cancellationToken);
    }

    public Task TagImageAsync(string name, ImageTagParameters parameters, CancellationToken cancellationToken = default)
    {
        var path = new QueryString($"/images/{Names.Image(name)}/tag").Add(
            "repo", parameters.RepositoryName).Add("tag", parameters.Tag).ToString();
        return http.SendAsync(DockerRequest.Post(path, $"tag image {name}"), cancellationToken);
    }

    public Task<DistributionInspectResponse> InspectDistributionAsync(
        string name, AuthConfig? authConfig, CancellationToken cancellationToken = default)
    {
        var call = DockerRequest.Get($"/distribution/{Names.Image(name)}/json", $"ask the registry for {name}") with
        {
            Auth = authConfig,
            Secrets = SecretScrubber.ForAuth(authConfig),
        };
        return http.JsonAsync(call, DockerJson.Default.DistributionInspectResponse, cancellationToken);
    }

    private async IAsyncEnumerable<JSONMessage> ProgressAsync(
        DockerRequest call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await http.OpenAsync(call, cancellationToken).ConfigureAwait(false);
        await foreach (var line in answer.LinesAsync(
            DockerJson.Default.ProgressLine, cancellationToken).ConfigureAwait(false))
        {
            if (line.ErrorDetail?.Message is { Length: > 0 } detail)
            {
                throw new DockerStreamException(http.EndpointName, call.Operation, call.Secrets.Scrub(detail));
            }

            if (line.Error is { Length: > 0 } error)
            {
                throw new DockerStreamException(http.EndpointName, call.Operation, call.Secrets.Scrub(error));
            }

            yield return new JSONMessage
            {
                ID = line.ID,
                Status = line.Status,
                Stream = line.Stream,
                Progress = line.Progress,
            };
        }

        answer.ThrowIfUploadWasLost();
    }
}

/// <summary>Credentials for a registry. <see cref="ToString"/> never contains them.</summary>
public sealed record AuthConfig
{
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>The registry's address, such as <c>registry.example</c>.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>An identity token instead of user and password.</summary>
    public string? IdentityToken { get; init; }

    public override string ToString() => $"credentials for {ServerAddress ?? "the registry"} (not shown)";
}
