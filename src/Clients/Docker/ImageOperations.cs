using Docker.DotNet.Models;

namespace Drydock.Clients.Docker;

/// <summary>Operations on images. <c>name</c> is an image ID, or a reference with tag or digest.</summary>
public sealed class ImageOperations
{
    private readonly DockerApi _api;

    internal ImageOperations(DockerApi api) => _api = api;

    /// <summary>Details of an image on the host. Its ID (<c>sha256:…</c>) is the same for the same image on every host
    /// that stores images the same way (the classic store: checksum of the configuration; containerd's: of the
    /// manifest).</summary>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    public async Task<ImageInspectResponse> InspectImageAsync(
        string name, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"inspect image {name}");
        var image = await _api.CallAsync(
            call, token => _api.Package.Images.InspectImageAsync(DockerApi.Reference(name), token), cancellationToken)
            .ConfigureAwait(false);
        return image?.Completed() == true ? image : throw _api.NotJson(call);
    }

    /// <summary>What its containers start with, as the engine wrote it.</summary>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    public Task<JsonObject> InspectImageConfigAsync(string name, CancellationToken cancellationToken = default) =>
        _api.JsonAsync(
            new DockerCall($"inspect image {name}"),
            $"/images/{DockerApi.Reference(name)}/json",
            image => image.Text("Id") is { Length: > 0 } ? image["Config"] as JsonObject ?? [] : null,
            cancellationToken);

    /// <summary>Pulls an image.</summary>
    /// <param name="image">With tag or digest; without, <c>latest</c>.</param>
    /// <exception cref="DockerStreamException">The engine reported a failure inside its stream.</exception>
    /// <exception cref="DockerApiException">The engine or the registry refused immediately (404 unknown image, 500
    /// registry unreachable or access denied).</exception>
    public Task CreateImageAsync(string image, AuthConfig? auth, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"pull image {Tagged(image)}")
        {
            Changes = true,
            Terms = DockerCall.Streamed,
            HasLines = true,
            Secrets = Of(auth),
        };
        return _api.CallAsync(
            call,
            token => _api.Package.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = Tagged(image) }, auth, Lines(call, null), token),
            cancellationToken);
    }

    /// <summary>Sends an archive of <c>docker save</c> (plain tar, or compressed with gzip, bzip2 or xz) to the engine.
    /// The stream is read once and not disposed.</summary>
    /// <param name="progress">Receives what the engine says, such as <c>Loaded image: x:1</c>.</param>
    /// <exception cref="DockerStreamException">The engine reported a failure inside its stream.</exception>
    public Task LoadImageAsync(Stream archive, Action<string> progress, CancellationToken cancellationToken = default)
    {
        var upload = new UploadStream(archive);
        var call = new DockerCall("load image")
        {
            Changes = true,
            Terms = DockerCall.Streamed,
            HasLines = true,
            Upload = upload,
        };
        return _api.CallAsync(
            call,
            token => _api.Package.Images.LoadImageAsync(
                new ImageLoadParameters { Quiet = true }, upload, Lines(call, progress), token),
            cancellationToken);
    }

    /// <summary>Removes a reference, and the image when it was the last.</summary>
    /// <exception cref="DockerConflictException">A container uses it.</exception>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    public Task DeleteImageAsync(string name, CancellationToken cancellationToken = default) =>
        _api.CallAsync(
            new DockerCall($"remove image {name}") { Changes = true, Terms = DockerCall.Unlimited },
            token => _api.Package.Images.DeleteImageAsync(
                DockerApi.Reference(name), new ImageDeleteParameters(), token),
            cancellationToken);

    public Task TagImageAsync(
        string name, ImageTagParameters parameters, CancellationToken cancellationToken = default) =>
        _api.CallAsync(
            new DockerCall($"tag image {name}") { Changes = true },
            token => _api.Package.Images.TagImageAsync(DockerApi.Reference(name), parameters, token),
            cancellationToken);

    /// <summary>Asks the registry, through the engine, for an image without pulling it.</summary>
    /// <exception cref="DockerApiException">The registry refuses these credentials, does not have it or cannot be
    /// reached; the message is the engine's.</exception>
    public Task<DistributionInspectResponse> InspectDistributionAsync(
        string name, AuthConfig? auth, CancellationToken cancellationToken = default) =>
        _api.CallAsync(
            new DockerCall($"ask the registry for {name}") { Auth = auth, Secrets = Of(auth) },
            token => _api.Package.Distribution.InspectAsync(DockerApi.Reference(name), token),
            cancellationToken);

    /// <summary>The reference with a tag or digest.</summary>
    internal static string Tagged(string image)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        return image.AsSpan(image.LastIndexOf('/') + 1).IndexOfAny(':', '@') >= 0 ? image : image + ":latest";
    }

    private static IEnumerable<string?> Of(AuthConfig? auth) => [auth?.Password, auth?.IdentityToken];

    private ProgressLines Lines(DockerCall call, Action<string>? told) => new(_api.EndpointName, call, told);

    /// <summary>The package tells also a failure as progress.</summary>
    private sealed class ProgressLines(string endpoint, DockerCall call, Action<string>? told) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value)
        {
            if (value.Error is { } error)
            {
                throw new DockerStreamException(
                    endpoint,
                    call.Operation,
                    ErrorMapper.Scrub(error.Message ?? "the engine does not say why", call.Secrets));
            }

            if (value.Stream is { } line)
            {
                told?.Invoke(line);
            }
        }
    }
}
