namespace Drydock.Clients.Ssh;

/// <summary>The private key as a file in memory for the ssh program. An encrypted key is decrypted once, before its
/// first use, by ssh-keygen. The passphrase is in another file in memory; it is on no command line and in no
/// environment.</summary>
internal sealed class SshIdentity : IDisposable
{
    private const string Label = "drydock-ssh-key";

    // The author of a key decides how much work its decryption is.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _host;
    private readonly SshMaterial _material;
    private readonly Lock _gate = new();
    private MemoryFile _file;
    private Task? _opening;

    public SshIdentity(string host, SshMaterial material)
    {
        _host = host;
        _material = material;
        _file = MemoryFile.Create(Label, WithLineEnd(material.PrivateKey.Span));
        _opening = material.IsEncrypted ? null : Task.CompletedTask;
    }

    public string Path
    {
        get
        {
            lock (_gate)
            {
                return _file.Path;
            }
        }
    }

    /// <summary>Makes the key usable. Callers share one decryption; after a failure the next call tries
    /// again.</summary>
    /// <exception cref="RemoteException">The passphrase is wrong, or the key cannot be read.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        Task opening;
        lock (_gate)
        {
            opening = _opening ??= Task.Run(DecryptAsync, CancellationToken.None);
        }

        try
        {
            await opening.WaitAsync(cancellationToken);
        }
        catch when (opening.IsFaulted)
        {
            lock (_gate)
            {
                _opening = _opening == opening ? null : _opening;
            }

            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file.Dispose();
        }
    }

    // OpenSSH rejects a key without a final line feed; Secrets often lose it.
    internal static ReadOnlySpan<byte> WithLineEnd(ReadOnlySpan<byte> content) =>
        content.Length > 0 && content[^1] != (byte)'\n' ? (byte[])[.. content, (byte)'\n'] : content;

    private async Task DecryptAsync()
    {
        var key = MemoryFile.Create(Label, WithLineEnd(_material.PrivateKey.Span));
        try
        {
            using var passphrase = MemoryFile.Create("drydock-ssh-passphrase", _material.Passphrase.Span);
            var (exitCode, errors) = await RunAsync(key, passphrase);
            if (exitCode != 0)
            {
                throw Refused(errors.Replace(key.Path, "(private key)", StringComparison.Ordinal));
            }
        }
        catch
        {
            key.Dispose();
            throw;
        }

        lock (_gate)
        {
            var encrypted = _file;
            _file = key;
            encrypted.Dispose();
        }
    }

    // An empty new passphrase makes ssh-keygen write the key in the clear, into the same file.
    private async Task<(int ExitCode, string Errors)> RunAsync(MemoryFile key, MemoryFile passphrase)
    {
        var start = SshProcess.Of("ssh-keygen", ["-q", "-p", "-N", "", "-f", key.Path]);
        start.Environment["SSH_ASKPASS"] = System.IO.Path.Combine(AppContext.BaseDirectory, "ssh-askpass.sh");
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        start.Environment["DRYDOCK_PASSPHRASE_FILE"] = passphrase.Path;
        using var process = SshProcess.Start(start, _host);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            await output;
            return (process.ExitCode, await errors);
        }
        catch (OperationCanceledException e)
        {
            SshProcess.Kill(process);
            throw new RemoteException(
                $"{_host}: decrypting the private key took longer than {Limit.TotalSeconds:0} s. Encrypt it again with "
                    + "fewer rounds (`ssh-keygen -p -a 16 -f KEY`), and put it into the Secret.",
                RemoteRefusal.LocalClient,
                innerException: e);
        }
    }

    private RemoteException Refused(string errors) => new(
        errors.Contains("incorrect passphrase", StringComparison.OrdinalIgnoreCase)
            ? $"{_host}: the passphrase does not open the private key. Correct the key {SshMaterial.PassphraseKey} of "
                + "the Secret."
            : $"{_host}: the private key cannot be decrypted: {Sentences.Close(ForeignText.Words(errors.Trim(), 300))}",
        RemoteRefusal.LocalClient);
}
