namespace Drydock.Clients.Docker;

internal sealed class ImageOperations(DockerApi api) : IImageOperations
{
    public async Task<ImageInspectResponse> InspectImageAsync(
        string name, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"inspect image {name}");
        var image = await api.CallAsync(
            call, token => api.Package.Images.InspectImageAsync(Names.Image(name), token), cancellationToken)
            .ConfigureAwait(false);
        return image?.Completed() == true ? image : throw api.NotJson(call, path: null);
    }

    public Task<JsonObject> InspectImageConfigAsync(string name, CancellationToken cancellationToken = default) =>
        api.JsonAsync(
            new DockerCall($"inspect image {name}"),
            HttpMethod.Get,
            $"/images/{Names.Image(name)}/json",
            body: null,
            image => image.Text("Id") is { Length: > 0 } ? image["Config"] as JsonObject ?? [] : null,
            cancellationToken);

    public Task CreateImageAsync(string image, AuthConfig? auth, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"pull image {Names.Tagged(image)}")
        {
            Changes = true,
            Terms = DockerCall.Streamed,
            HasLines = true,
            Secrets = SecretScrubber.ForAuth(auth),
        };
        return api.CallAsync(
            call,
            token => api.Package.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = Names.Tagged(image) }, auth, Lines(call, null), token),
            cancellationToken);
    }

    public Task LoadImageAsync(
        Stream archive, Action<string> progress, CancellationToken cancellationToken = default)
    {
        var upload = new UploadStream(archive);
        var call = new DockerCall("load image")
        {
            Changes = true,
            Terms = DockerCall.Streamed,
            HasLines = true,
            Upload = upload,
        };
        return api.CallAsync(
            call,
            token => api.Package.Images.LoadImageAsync(
                new ImageLoadParameters { Quiet = true }, upload, Lines(call, progress), token),
            cancellationToken);
    }

    public Task DeleteImageAsync(string name, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"remove image {name}") { Changes = true, Terms = DockerCall.Unlimited },
            token => api.Package.Images.DeleteImageAsync(Names.Image(name), new ImageDeleteParameters(), token),
            cancellationToken);

    public Task TagImageAsync(
        string name, ImageTagParameters parameters, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"tag image {name}") { Changes = true },
            token => api.Package.Images.TagImageAsync(Names.Image(name), parameters, token),
            cancellationToken);

    public Task<DistributionInspectResponse> InspectDistributionAsync(
        string name, AuthConfig? auth, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"ask the registry for {name}") { Auth = auth, Secrets = SecretScrubber.ForAuth(auth) },
            token => api.Package.Distribution.InspectAsync(Names.Image(name), token),
            cancellationToken);

    private ProgressLines Lines(DockerCall call, Action<string>? told) => new(api.EndpointName, call, told);

    /// <summary>The package tells also a failure as progress.</summary>
    private sealed class ProgressLines(string endpoint, DockerCall call, Action<string>? told) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value)
        {
            if (value.Error is { } error)
            {
                throw new DockerStreamException(
                    endpoint, call.Operation, call.Secrets.Scrub(error.Message ?? "the engine does not say why"));
            }

            if (value.Stream is { } line)
            {
                told?.Invoke(line);
            }
        }
    }
}
