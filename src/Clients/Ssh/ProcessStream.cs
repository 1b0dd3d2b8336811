namespace Drydock.Clients.Ssh;

/// <summary>A child process as a connection: its stdout is read, its stdin is written, and its stderr is kept for error
/// messages. Disposing it ends the child.</summary>
internal class ProcessStream : ReadOnlyStream
{
    private const int MaxErrorBytes = 4096;
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly bool _hasChildren;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Task<string> _errors;
    private int _disposed;

    public ProcessStream(Process process, bool hasChildren = false)
    {
        _process = process;
        _hasChildren = hasChildren;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _errors = ReadErrorsAsync(process.StandardError.BaseStream);
    }

    public override bool CanWrite => true;

    /// <summary>Waits a short time for the child to end, then kills it; returns its exit code and the end of its
    /// stderr.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ExitLimit);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            SshProcess.Kill(_process, _hasChildren);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        var result = (_process.ExitCode, await _errors);
        await DisposeAsync();
        return result;
    }

    public ValueTask CloseInputAsync() => _input.DisposeAsync();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _output.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _input.WriteAsync(buffer, cancellationToken);
        await _input.FlushAsync(cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        _input.Write(buffer, offset, count);
        _input.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            SshProcess.Kill(_process, _hasChildren);
            SshProcess.ClosePipes(_process);
            _process.Dispose();
        }

        base.Dispose(disposing);
    }

    private static async Task<string> ReadErrorsAsync(Stream stream)
    {
        var kept = new TailBuffer(MaxErrorBytes);
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                kept.Append(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // This client ended the child; the text so far is complete.
        }

        return kept.Text;
    }
}

/// <summary>A connection that sshd of a host opens (<c>ssh -W</c>). The ssh program says nothing when it is open. That
/// sshd could not open it shows as an end before the first byte.</summary>
/// <param name="describe">What happened, from its exit code and its errors.</param>
internal sealed class ForwardedStream(Process process, Func<int, string, RemoteException> describe)
    : ProcessStream(process)
{
    // sshd has answered that it could not connect.
    private const string Refused = "open refused by peer";

    private bool _hasRead;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        if (read > 0 || _hasRead || buffer.Length == 0)
        {
            _hasRead |= read > 0;
            return read;
        }

        _hasRead = true;
        var (exitCode, errors) = await EndAsync(cancellationToken);
        if (exitCode == 0)
        {
            return 0;
        }

        var failure = describe(exitCode, errors);
        throw new IOException(
            failure.Message,
            errors.Contains(Refused, StringComparison.OrdinalIgnoreCase)
                ? new SocketException((int)SocketError.ConnectionRefused, failure.Message)
                : failure);
    }

    // A broken pipe says less than the end of what is read.
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException) when (!_hasRead)
        {
            _ = await ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken);
            throw;
        }
    }
}

/// <summary>Starts and ends the programs of OpenSSH.</summary>
internal static class SshProcess
{
    /// <summary>A program that sees nothing of the operator's environment, so that no key of an ssh agent is
    /// offered.</summary>
    public static ProcessStartInfo Of(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <exception cref="RemoteException">It cannot be started.</exception>
    public static Process Start(ProcessStartInfo start, string host)
    {
        try
        {
            return Process.Start(start) ?? throw new Win32Exception("No process was started.");
        }
        catch (Win32Exception e)
        {
            throw new RemoteException(
                $"{host}: '{start.FileName}' cannot be started in the operator: {Sentences.Close(e.Message)}",
                RemoteRefusal.LocalClient,
                innerException: e);
        }
    }

    /// <summary>Kills only this client; others that share its connection continue.</summary>
    public static void Kill(Process process, bool withChildren = false)
    {
        try
        {
            process.Kill(withChildren);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <summary>Process leaves redirected pipes open until they are garbage collected.</summary>
    public static void ClosePipes(Process process)
    {
        process.StandardInput.BaseStream.Dispose();
        process.StandardOutput.BaseStream.Dispose();
        process.StandardError.BaseStream.Dispose();
    }
}
