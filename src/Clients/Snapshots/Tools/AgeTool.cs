namespace Drydock.Clients.Snapshots;

/// <summary>The <c>age</c> program: encrypts to recipients, decrypts with an identity that it reads from
/// memory.</summary>
internal sealed class AgeTool(SnapshotToolOptions options)
{
    private const int BufferBytes = 128 * 1024;

    private static readonly string[] RecipientKinds = ["age1", "ssh-ed25519 ", "ssh-rsa "];

    internal static void Check(IReadOnlyList<string> recipients)
    {
        foreach (var recipient in recipients)
        {
            if (!RecipientKinds.Any(k => recipient.StartsWith(k, StringComparison.Ordinal))
                || recipient.Any(char.IsControl))
            {
                var shown = recipient.StartsWith("AGE-SECRET-KEY", StringComparison.OrdinalIgnoreCase)
                    ? "a secret key"
                    : $"'{recipient}'";
                throw new SnapshotException(
                    SnapshotFailure.InvalidRequest,
                    $"Recipient {shown} is not an age recipient. Use `age1…`, `ssh-ed25519 …` or `ssh-rsa …`.");
            }
        }
    }

    internal async Task EncryptAsync(
        IReadOnlyList<string> recipients,
        Stream target,
        Func<Stream, Task> produce,
        CancellationToken cancellationToken)
    {
        using var child = ChildProcess.Start(
            options.SetPriv, options.Age, recipients.SelectMany(static r => (string[])["-r", r]), redact: "");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = child.StandardOutput.CopyToAsync(target, BufferBytes, stop.Token);
        EndWith(pump, child);
        try
        {
            await produce(child.StandardInput);
            await child.StandardInput.FlushAsync(cancellationToken);
            child.StandardInput.Close();
            await pump;
            await RequireGoodEndAsync(child, cancellationToken);
        }
        catch (IOException) when (pump.IsFaulted)
        {
            // The storage failed, so age was ended.
            await pump;
            throw;
        }
        catch (IOException e)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // age closed its input; its error text says why.
            await stop.CancelAsync();
            await RequireGoodEndAsync(child, cancellationToken);
            throw new SnapshotException(
                SnapshotFailure.DumpFailed, $"age stopped reading its input: {Sentences.Close(e.Message)}", e);
        }
        finally
        {
            child.Kill();
            await stop.CancelAsync();
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await child.Exited;
        }
    }

    /// <summary>Decrypts <paramref name="source"/>, all of which is read in any case; <paramref name="consume"/>
    /// receives the decrypted data.</summary>
    /// <returns>Why it could not be decrypted completely; null if it could.</returns>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.IdentityMissing"/>: it is encrypted to
    /// others.</exception>
    internal async Task<string?> DecryptAsync(
        string identity, Stream source, Func<Stream, Task> consume, CancellationToken cancellationToken)
    {
        using var secret = MemoryFile.Create(
            "drydock-identity", Encoding.UTF8.GetBytes(identity.EndsWith('\n') ? identity : identity + "\n"));
        using var child =
            ChildProcess.Start(options.SetPriv, options.Age, ["-d", "-i", secret.Path], SecretOf(identity));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = FeedAsync(source, child.StandardInput, stop.Token);
        EndWith(pump, child);
        try
        {
            await consume(child.StandardOutput);
            await child.StandardOutput.CopyToAsync(Stream.Null, BufferBytes, cancellationToken);
            await pump;
            var code = await child.Exited.WaitAsync(cancellationToken);
            if (code == 0)
            {
                return null;
            }

            var text = child.ErrorText;
            return text.Contains("no identity matched", StringComparison.Ordinal)
                || text.Contains("malformed secret key", StringComparison.Ordinal)
                || text.Contains("unknown identity type", StringComparison.Ordinal)
                || text.Contains("no secret keys found", StringComparison.Ordinal)
                ? throw new SnapshotException(
                    SnapshotFailure.IdentityMissing,
                    "The identity does not open this snapshot: it belongs to none of the recipients, or is not an age "
                        + "identity. Use the text of a file created by `age-keygen`.")
                : text;
        }
        finally
        {
            child.Kill();
            await stop.CancelAsync();
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await child.Exited;
        }
    }

    internal static string SecretOf(string identity) =>
        identity.Split('\n')
            .Select(static l => l.Trim())
            .FirstOrDefault(static l => l.StartsWith("AGE-SECRET-KEY", StringComparison.OrdinalIgnoreCase))
            ?? "";

    // If the task that feeds or drains age ends, age would wait forever, so it is killed.
    private static void EndWith(Task pump, ChildProcess child) =>
        _ = pump.ContinueWith(
            _ => child.Kill(),
            CancellationToken.None,
            TaskContinuationOptions.NotOnRanToCompletion,
            TaskScheduler.Default);

    // If age fails, its exit says why; the stored object is still read to its end for its hash.
    private static async Task FeedAsync(Stream source, Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var isOpen = true;
        while (await source.ReadAsync(buffer, cancellationToken) is var read && read > 0)
        {
            isOpen = isOpen && await TryAsync(() => input.WriteAsync(buffer.AsMemory(0, read), cancellationToken));
        }

        await TryAsync(input.DisposeAsync);
    }

    private static async Task<bool> TryAsync(Func<ValueTask> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (IOException)
        {
            // The other end is closed.
            return false;
        }
    }

    private static async Task RequireGoodEndAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        var code = await child.Exited.WaitAsync(cancellationToken);
        if (code != 0)
        {
            throw new SnapshotException(
                SnapshotFailure.DumpFailed,
                $"age ended with {code}: {Sentences.Close(child.ErrorWords)} "
                + "Install the package age, and check the recipients.");
        }
    }
}

/// <summary>Tests whether age accepts the recipients before anything depends on them: a mistyped key is detected only
/// by its checksum.</summary>
public sealed class AgeRecipients(SnapshotToolOptions? options = null)
{
    /// <summary>Encrypts an empty text to each recipient.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: one is not a public key;
    /// <see cref="SnapshotFailure.ToolMissing"/>.</exception>
    public async Task CheckAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken)
    {
        AgeTool.Check(recipients);
        foreach (var recipient in recipients)
        {
            try
            {
                await new AgeTool(options ?? new SnapshotToolOptions()).EncryptAsync(
                    [recipient], Stream.Null, static _ => Task.CompletedTask, cancellationToken);
            }
            catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.DumpFailed)
            {
                throw new SnapshotException(
                    SnapshotFailure.InvalidRequest,
                    $"age refuses recipient '{recipient}': {exception.Message} Expected a public key as printed by "
                        + "`age-keygen`.",
                    exception);
            }
        }
    }
}
