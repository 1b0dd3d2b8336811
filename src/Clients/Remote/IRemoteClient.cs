namespace Drydock.Clients.Remote;

/// <summary>
/// Commands and files on one host, whatever leads there: ssh, or exec in a container that is the host.
/// </summary>
public interface IRemoteClient : IAsyncDisposable
{
    /// <summary>The host as messages name it.</summary>
    string Name { get; }

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    /// <exception cref="RemoteException"> It could not be run, or its end was not seen
    /// (<see cref="RemoteException.MayHaveRun"/>): unknown host key, refused key, sudo that does not let us, no such
    /// container, a broken connection.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command may have run and may go on
    /// there.</exception>
    Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default);

    /// <summary>
    /// Brings a file there: beside its place under the name <c>….drydock-part</c>, then by rename once its checksum is
    /// right. One that is there with this checksum is left alone; what was sent before a broken connection is kept, and
    /// the next call goes on behind it.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="open">Opens the content from an offset on.</param>
    /// <param name="progress">Told how many bytes are there.</param>
    /// <param name="cancellationToken">Cancels; the part stays for the next call.</param>
    /// <returns>False if it was there already.</returns>
    /// <exception cref="RemoteException">It did not arrive: as of <see cref="RunAsync"/>, no room, or
    /// <see cref="RemoteRefusal.Corrupt"/>: what arrived is not what was announced, and is removed.</exception>
    Task<bool> UploadAsync(RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null, CancellationToken cancellationToken = default);
}
