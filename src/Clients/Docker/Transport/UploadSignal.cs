namespace Drydock.Clients.Docker.Transport;

/// <summary>
/// Ties an upload to the connection that carries it. An engine that gives up half-way (disk full, broken archive)
/// answers and closes; the next write then fails although the answer with the reason lies in the receive buffer. During
/// an upload such a failure is noted here instead of thrown.
/// </summary>
internal sealed class UploadSignal
{
    private static readonly AsyncLocal<UploadSignal?> Ambient = new();

    /// <summary>The upload of the current asynchronous flow.</summary>
    public static UploadSignal? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>The write failure; everything written after it went nowhere.</summary>
    public Exception? WriteFailure { get; set; }
}
