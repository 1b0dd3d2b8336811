namespace Drydock.Reconcilers.Databases;

/// <summary>The channel to one host, opened when it is needed and shared by all requests.</summary>
internal sealed class HostChannel(string host, HostConnection way, IActFence? fence) : IAsyncDisposable
{
    // sshd allows ten sessions per connection (MaxSessions); two remain for administrators. dockerd gets the same
    // number.
    private const int MostAtOnce = 8;

    // How long the host lets a look, and anything else, run: longer than the largest program is read, or the largest
    // package unpacked. The operator waits longer, so that nothing runs there any more when it gives up.
    private static readonly TimeSpan LookLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ActLimit = TimeSpan.FromHours(2);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);
    private readonly Lock _gate = new();
    private IRemoteClient? _client;
    private RemoteShells? _shells;
    private bool _disposed;
    private volatile bool _looksAsRoot;

    public string Host => host;
    public HostConnection Way => way;
    public ProgramSums Sums { get; } = new();

    /// <summary>How long this process certainly may act.</summary>
    public TimeSpan Lease => fence?.Left ?? TimeSpan.MaxValue;

    /// <summary>How long this process has had the right to act.</summary>
    public TimeSpan Held => fence?.Held ?? TimeSpan.MaxValue;

    /// <summary>Runs a program to its end, as <see cref="HostConnection.User"/>.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        SendAsync(
            command.Arguments[0],
            command with { AsUser = way.BecomeUser, Limit = command.Limit ?? ActLimit },
            isLook: false,
            cancellationToken);

    /// <summary>Runs a program that changes nothing and reads no input to its end, in a shell that stays open on the
    /// host for further ones.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken)
    {
        var script = command.Arguments is ["sh", "-c", ..]
            ? command
            : command with { Arguments = RemoteCommand.Script("exec \"$@\"", command.Arguments).Arguments };
        return SendAsync(
            command.Arguments[0],
            script with { AsUser = way.BecomeUser, Limit = command.Limit ?? LookLimit },
            isLook: true,
            cancellationToken);
    }

    /// <summary>Uploads a file.</summary>
    /// <exception cref="HostException">It did not arrive.</exception>
    public Task UploadAsync(
        RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, CancellationToken cancellationToken) =>
        InTurnAsync(
            file.Path,
            client => client.UploadAsync(
                file with { AsUser = way.BecomeUser }, open, cancellationToken: cancellationToken),
            cancellationToken);

    /// <summary>Opens a connection from the host.</summary>
    /// <exception cref="HostException">The host cannot be reached.</exception>
    public async Task<Stream> ConnectAsync(string address, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await Client().ConnectAsync(address, port, cancellationToken);
        }
        catch (RemoteException exception)
        {
            throw HostErrors.Of(Host, exception, way.IsContainer);
        }
    }

    /// <summary>Runs a read-only script, in a shell that stays open on the host for further ones.</summary>
    /// <exception cref="HostException">The script refused, or did not finish.</exception>
    public Task<ScriptAnswer> LookAsync(ScriptCall call, CancellationToken cancellationToken) =>
        ScriptAsync(HostScripts.Looking(call.Script), call, LookLimit, isLook: true, cancellationToken);

    /// <summary>Runs a script that changes something.</summary>
    /// <exception cref="HostException">The script refused, or did not finish.</exception>
    public Task<ScriptAnswer> ActAsync(ScriptCall call, CancellationToken cancellationToken)
    {
        fence?.EnsureMayAct();
        return ScriptAsync(HostScripts.ForActing(call.Script), call, ActLimit, isLook: false, cancellationToken);
    }

    /// <summary>Runs scripts that change something, in one command under one lock, up to the first that refuses or
    /// does not allow the next one. All run with the privilege of the act.</summary>
    /// <exception cref="HostException">A script refused, or did not finish.</exception>
    public Task<ScriptAnswer> ActTogetherAsync(
        ScriptCall act, IReadOnlyList<ScriptCall> parts, CancellationToken cancellationToken)
    {
        fence?.EnsureMayAct();
        var together = act with { Arguments = [.. act.Arguments, .. ScriptCall.Together(parts)] };
        var text = HostScripts.Together(parts.Select(c => c.Script));
        return ScriptAsync(text, together, ActLimit, isLook: false, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        if (_client is not null)
        {
            await _shells!.DisposeAsync();
            await _client.DisposeAsync();
        }

        _places.Dispose();
    }

    private Task<RemoteResult> SendAsync(
        string what, RemoteCommand command, bool isLook, CancellationToken cancellationToken) =>
        InTurnAsync(
            what,
            async client =>
            {
                var longest = command.Limit!.Value + Margin;
                using var limit = new CancellationTokenSource(longest);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
                try
                {
                    return await (isLook
                        ? _shells!.RunAsync(command, either.Token)
                        : client.RunAsync(command, either.Token));
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new HostException(
                        Host, Reasons.HostUnreachable, $"{Host}: {what} has not ended after "
                        + $"{KubernetesDuration.Format(longest)}. Check whether the host still works.",
                        mayHaveRun: true);
                }
            },
            cancellationToken);

    private async Task<T> InTurnAsync<T>(
        string what, Func<IRemoteClient, Task<T>> work, CancellationToken cancellationToken)
    {
        using var question = OpenQuestions.Ask(Host, what);
        await _places.WaitAsync(cancellationToken);
        try
        {
            var client = Client();
            await _shells!.MakeRoomAsync(MostAtOnce - _places.CurrentCount);
            return await work(client);
        }
        catch (RemoteException exception)
        {
            throw HostErrors.Of(Host, exception, way.IsContainer);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<ScriptAnswer> ScriptAsync(
        string text, ScriptCall call, TimeSpan limit, bool isLook, CancellationToken cancellationToken)
    {
        var privilege = call.Privilege;
        var asRoot = way.MayBecome
            && (privilege is Privilege.Control or Privilege.Units || (privilege == Privilege.Look && _looksAsRoot));
        var isForUnits = privilege == Privilege.Units && way.UnitsUser is not null;
        var whole = isForUnits ? HostScripts.ThroughSudo(text)
            : privilege == Privilege.OwnUnits ? HostScripts.ForOwnUnits(text)
            : text;
        while (true)
        {
            using var content = new MemoryStream(call.Input, writable: false);
            var command = RemoteCommand.Script(whole, call.Arguments) with
            {
                AsRoot = asRoot,
                AsUser = isForUnits ? null : way.BecomeUser,
                Input = content,
                Limit = limit,
            };
            var result = await SendAsync(call.What, command, isLook, cancellationToken);
            try
            {
                return ScriptAnswer.Read(Host, call.What, result, asRoot);
            }
            catch (ScriptRefusal refusal)
                when (
                    refusal.Code == ScriptAnswer.Privileges
                        && privilege is Privilege.WhenNeeded or Privilege.Look
                        && way.MayBecome
                        && !asRoot)
            {
                asRoot = true;
                _looksAsRoot |= privilege == Privilege.Look;
            }
            catch (ScriptRefusal refusal)
            {
                throw HostErrors.Of(Host, call.What, way.User, refusal, way.IsContainer);
            }
        }
    }

    private IRemoteClient Client()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _client ??= way.Open();
            _shells ??= new RemoteShells(_client, MostAtOnce);
            return _client;
        }
    }
}

/// <summary>A call of a script of <see cref="HostScripts"/>.</summary>
/// <param name="What">The request, for messages: "stopping tikv-1".</param>
internal sealed record ScriptCall(
    string Script, string What, IReadOnlyList<string> Arguments, Privilege Privilege = Privilege.WhenNeeded)
{
    public byte[] Input { get; init; } = [];

    public static IEnumerable<string> Together(IEnumerable<ScriptCall> calls) => calls.SelectMany(
        call => (string[])[HostScripts.PartName(call.Script), $"{call.Arguments.Count}", .. call.Arguments]);
}

/// <summary>Whether a command runs as root where become is Sudo in spec.access. Otherwise it runs as becomeUser, and
/// without that as the login user.</summary>
internal enum Privilege
{
    /// <summary>Never: what it starts must run as the account of the database.</summary>
    Never,

    WhenNeeded,

    Look,

    Control,

    /// <summary>Always: it controls systemd units. With becomeFor: Units the script runs as the login user, and only
    /// systemctl through sudo.</summary>
    Units,

    /// <summary>Never: it looks at or controls units of the account itself (systemctl --user).</summary>
    OwnUnits,
}
