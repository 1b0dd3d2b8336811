namespace Drydock.Clients.Docker;

/// <summary>Operations on images. <c>name</c> is an image ID, or a reference with tag or digest.</summary>
public interface IImageOperations
{
    /// <summary>Details of an image on the host. Its ID (<c>sha256:…</c>) is the same for the same image on every host
    /// that stores images the same way (the classic store: checksum of the configuration; containerd's: of the
    /// manifest).</summary>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    Task<ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>What its containers start with, as the engine wrote it.</summary>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    Task<JsonObject> InspectImageConfigAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Pulls an image.</summary>
    /// <param name="image">With tag or digest; without, <c>latest</c>.</param>
    /// <exception cref="DockerStreamException">The engine reported a failure inside its stream.</exception>
    /// <exception cref="DockerApiException">The engine or the registry refused immediately (404 unknown image, 500
    /// registry unreachable or access denied).</exception>
    Task CreateImageAsync(string image, AuthConfig? auth, CancellationToken cancellationToken = default);

    /// <summary>Sends an archive of <c>docker save</c> (plain tar, or compressed with gzip, bzip2 or xz) to the engine.
    /// The stream is read once and not disposed.</summary>
    /// <param name="progress">Receives what the engine says, such as <c>Loaded image: x:1</c>.</param>
    /// <exception cref="DockerStreamException">The engine reported a failure inside its stream.</exception>
    Task LoadImageAsync(Stream archive, Action<string> progress, CancellationToken cancellationToken = default);

    /// <summary>Removes a reference, and the image when it was the last.</summary>
    /// <exception cref="DockerConflictException">A container uses it.</exception>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    Task DeleteImageAsync(string name, CancellationToken cancellationToken = default);

    Task TagImageAsync(string name, ImageTagParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Asks the registry, through the engine, for an image without pulling it.</summary>
    /// <exception cref="DockerUnauthorizedException">The registry refuses these credentials.</exception>
    /// <exception cref="DockerApiException">The registry does not have it or cannot be reached; the message is the
    /// engine's.</exception>
    Task<DistributionInspectResponse> InspectDistributionAsync(
        string name, AuthConfig? auth, CancellationToken cancellationToken = default);
}
