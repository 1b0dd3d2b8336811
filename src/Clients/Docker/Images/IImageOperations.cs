namespace Drydock.Clients.Docker;

/// <summary>Operations on images. <c>name</c> is an image ID, or a reference with tag or digest.</summary>
public interface IImageOperations
{
    /// <summary>Details of an image on the host.</summary>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    Task<ImageInspectResponse> InspectImageAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Pulls an image; the progress lines are returned as they come, and the enumeration ends when the image
    /// is on the host.</summary>
    /// <exception cref="DockerStreamException">The engine reported a failure inside its stream.</exception>
    /// <exception cref="DockerApiException">The engine or the registry refused immediately (404 unknown image, 500
    /// registry unreachable or access denied).</exception>
    IAsyncEnumerable<JSONMessage> CreateImageAsync(
        ImagesCreateParameters parameters, AuthConfig? authConfig, CancellationToken cancellationToken = default);

    /// <summary>Sends an archive of <c>docker save</c> (plain tar, or compressed with gzip, bzip2 or xz) to the engine.
    /// The progress lines follow when all has been sent; bytes sent are reported through
    /// <see cref="ImageLoadParameters.BytesSent"/>. The stream is read once and not disposed.</summary>
    /// <exception cref="DockerStreamException">The engine reported a failure inside its stream.</exception>
    IAsyncEnumerable<JSONMessage> LoadImageAsync(
        ImageLoadParameters parameters, Stream imageStream, CancellationToken cancellationToken = default);

    /// <summary>Removes a reference, and the image when it was the last.</summary>
    /// <exception cref="DockerConflictException">A container uses it.</exception>
    /// <exception cref="DockerNotFoundException">It is not on the host.</exception>
    Task<IReadOnlyList<ImageDeleteResponse>> DeleteImageAsync(
        string name, ImageDeleteParameters parameters, CancellationToken cancellationToken = default);

    Task TagImageAsync(string name, ImageTagParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Asks the registry, through the engine, for an image's digest and platforms without pulling
    /// it.</summary>
    /// <exception cref="DockerUnauthorizedException">The registry refuses these credentials.</exception>
    /// <exception cref="DockerApiException">The registry does not have it or cannot be reached; the message is the
    /// engine's.</exception>
    Task<DistributionInspectResponse> InspectDistributionAsync(
        string name, AuthConfig? authConfig, CancellationToken cancellationToken = default);
}
