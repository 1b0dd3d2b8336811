using System.IO.Pipes;

namespace Drydock.Clients.Snapshots;

/// <summary>A child process that is killed when this process dies: started through <c>setpriv --pdeathsig KILL</c> from
/// a dedicated thread that lives as long as the child, because the kernel binds the signal to the thread that forked
/// (prctl(2)).</summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int KeptErrorBytes = 16 * 1024;
    private const int PipeBytes = 1024 * 1024;
    private const int SetPipeSize = 1031;

    private readonly Process _process;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _errors = new();
    private readonly string _redact;

    private ChildProcess(Process process, string redact)
    {
        _process = process;
        _redact = redact;
    }

    internal Stream StandardInput => _process.StandardInput.BaseStream;

    internal Stream StandardOutput => _process.StandardOutput.BaseStream;

    internal ChildOutput Output => new(this);

    internal Task<int> Exited => _exited.Task;

    internal string ErrorText
    {
        get
        {
            lock (_errors)
            {
                var text = _errors.ToString().Trim();
                return _redact.Length == 0 ? text : text.Replace(_redact, "***", StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The text for a message.</summary>
    internal string ErrorWords => ForeignText.Words(ErrorText);

    public void Dispose()
    {
        Kill();
        _ = Exited.ContinueWith(_ => Close(), TaskScheduler.Default);
    }

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ToolMissing"/>: setpriv could not be
    /// started.</exception>
    internal static ChildProcess Start(string setPriv, string program, IEnumerable<string> arguments, string redact)
    {
        var start = new ProcessStartInfo(setPriv)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // The operator's environment is not inherited: it may contain secrets, and MYSQL_* or a locale would change the
        // behaviour of the tools.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path ?? "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = "/nonexistent";

        var child = new ChildProcess(new Process { StartInfo = start }, redact);
        var started = new TaskCompletionSource();
        new Thread(() => child.Live(started))
        { IsBackground = true, Name = "child " + Path.GetFileName(program) }.Start();
        // Blocks for the duration of a fork: the caller gets a running child, or the exception that explains the
        // failure.
        started.Task.GetAwaiter().GetResult();
        return child;
    }

    /// <summary>Consumes the output of a tool that needs no input, and ends it on any failure.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.DumpFailed"/>: it ended with an error; the text
    /// is the end of its error output.</exception>
    internal async Task RunAsync(
        string what, Func<ChildProcess, CancellationToken, Task> consume, CancellationToken cancellationToken)
    {
        StandardInput.Close();
        try
        {
            await consume(this, cancellationToken);
            var code = await Exited.WaitAsync(cancellationToken);
            if (code != 0)
            {
                throw new SnapshotException(
                    ServerErrorClassifier.Of(ErrorText, SnapshotFailure.DumpFailed),
                    $"{what} ended with {code}: {Sentences.Close(ErrorWords)}");
            }
        }
        catch
        {
            Kill();
            await Exited;
            throw;
        }
    }

    // Process leaves redirected pipes open until they are garbage collected.
    private void Close()
    {
        StandardInput.Dispose();
        StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    internal void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended already.
        }
    }

    // Tools write a few KiB at a time: a larger pipe means fewer context switches. If the kernel refuses
    // (/proc/sys/fs/pipe-max-size, pipe-user-pages-soft), the pipe keeps its 64 KiB.
    private static void Widen(Stream end)
    {
        if (end is PipeStream pipe)
        {
            _ = fcntl(pipe.SafePipeHandle, SetPipeSize, PipeBytes);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int command, int argument);

    private void Live(TaskCompletionSource started)
    {
        try
        {
            _process.Start();
        }
        catch (Win32Exception e)
        {
            started.SetException(new SnapshotException(
                SnapshotFailure.ToolMissing,
                $"'{_process.StartInfo.FileName}' cannot be started: {Sentences.Close(e.Message)} Install util-linux "
                    + "(setpriv).",
                e));
            return;
        }

        Widen(StandardInput);
        Widen(StandardOutput);
        var errors = Task.Run(ReadErrorsAsync);
        started.SetResult();
        _process.WaitForExit();
        // The thread that forked must live as long as the child (the parent-death signal follows it), so this dedicated
        // thread blocks here.
        errors.GetAwaiter().GetResult();
        _exited.SetResult(_process.ExitCode);
    }

    private async Task ReadErrorsAsync()
    {
        var buffer = new char[1024];
        while (await _process.StandardError.ReadAsync(buffer) is var read && read > 0)
        {
            lock (_errors)
            {
                _errors.Append(buffer, 0, read);
                if (_errors.Length > KeptErrorBytes)
                {
                    _errors.Remove(0, _errors.Length - KeptErrorBytes);
                }
            }
        }
    }
}

/// <summary>The standard output of a child. Its <see cref="Read(Span{byte})"/> blocks in the kernel: a tool writes a
/// few KiB at a time, and an asynchronous read of each would cost more than processing it. Only the end of the child
/// ends such a read; see <see cref="Kill"/>.</summary>
internal sealed class ChildOutput(ChildProcess child) : ReadOnlyStream
{
    private readonly Stream _pipe = child.StandardOutput;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => _pipe.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _pipe.ReadAsync(buffer, cancellationToken);

    /// <summary>Kills the child, which closes the pipe and ends a blocked read.</summary>
    internal void Kill() => child.Kill();
}
