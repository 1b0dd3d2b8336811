namespace Drydock.Clients.Ssh;

/// <summary>Commands and files on one host, over one shared connection that is opened when it is needed and again when it broke.</summary>
public interface ISshClient : IAsyncDisposable
{
    /// <summary>Where to.</summary>
    SshEndpoint Endpoint { get; }

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    /// <exception cref="SshException">
    /// It could not be run, or its end was not seen (<see cref="SshException.MayHaveRun"/>): unknown host key, refused key, sudo that does not let us, a broken connection.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command may have run and may go on there.</exception>
    Task<SshResult> RunAsync(SshCommand command, CancellationToken cancellationToken = default);

    /// <summary>
    /// Brings a file there: beside its place under the name <c>….drydock-part</c>, then by rename once its checksum is right. One that is there with this checksum is
    /// left alone; what was sent before a broken connection is kept, and the next call goes on behind it.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="open">Opens the content from an offset on.</param>
    /// <param name="progress">Told how many bytes are there.</param>
    /// <param name="cancellationToken">Cancels; the part stays for the next call.</param>
    /// <returns>False if it was there already.</returns>
    /// <exception cref="SshException">It did not arrive: as of <see cref="RunAsync"/>, no room, or <see cref="SshRefusal.Corrupt"/>: what arrived is not what was announced, and is removed.</exception>
    Task<bool> UploadAsync(SshFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null, CancellationToken cancellationToken = default);
}
