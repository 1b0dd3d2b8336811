namespace Drydock.Reconcilers.Databases;

/// <summary>The channel to one host, opened when it is needed and shared by all requests.</summary>
internal sealed class HostChannel : IAsyncDisposable
{
    // sshd allows ten sessions per connection (MaxSessions); two remain for administrators. dockerd gets the same
    // number.
    private const int MostAtOnce = 8;

    private readonly HostConnection _way;
    private readonly IActFence? _fence;
    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);
    private readonly Lock _gate = new();
    private IRemoteClient? _client;
    private bool _disposed;
    private volatile bool _looksAsRoot;

    public HostChannel(string host, HostConnection way, IActFence? fence) => (Host, _way, _fence) = (host, way, fence);

    public string Host { get; }

    /// <summary>The account that commands run as unless they run as root.</summary>
    public string User => _way.User;

    public bool MayBecome => _way.MayBecome;

    /// <summary>The login user if only systemctl runs through sudo; else null.</summary>
    public string? UnitsUser => _way.UnitsUser;

    public bool HasOneAccount => _way is not { UnitsUser: not null, BecomeUser: not null };

    public bool IsContainer => _way.IsContainer;

    public ProgramSums Sums { get; } = new();

    /// <summary>Runs a program to its end, as <see cref="User"/>.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        SendAsync(command with { AsUser = _way.BecomeUser }, cancellationToken);

    private async Task<RemoteResult> SendAsync(RemoteCommand command, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await Client().RunAsync(command, cancellationToken);
        }
        catch (RemoteException exception)
        {
            throw HostErrors.Of(Host, exception, IsContainer);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Uploads a file.</summary>
    /// <exception cref="HostException">It did not arrive.</exception>
    public async Task UploadAsync(
        RemoteFile file,
        Func<long, CancellationToken, Task<Stream>> open,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            await Client().UploadAsync(file with { AsUser = _way.BecomeUser }, open, progress, cancellationToken);
        }
        catch (RemoteException exception)
        {
            throw HostErrors.Of(Host, exception, IsContainer);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Opens a connection from the host.</summary>
    /// <exception cref="HostException">The host cannot be reached.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await Client().ConnectAsync(host, port, cancellationToken);
        }
        catch (RemoteException exception)
        {
            throw HostErrors.Of(Host, exception, IsContainer);
        }
    }

    /// <summary>Runs a read-only script, in one command.</summary>
    /// <exception cref="HostException">The script refused, or did not finish.</exception>
    public async Task<ScriptAnswer> LookAsync(
        string script,
        string what,
        Privilege privilege,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken) =>
        (await ScriptAsync(HostScripts.Looking(script), what, privilege, arguments, default, cancellationToken)).Answer;

    /// <summary>Runs a script that changes something. <c>AsRoot</c> is whether it ran as root.</summary>
    /// <exception cref="HostException">The script refused, or did not finish.</exception>
    public async Task<(ScriptAnswer Answer, bool AsRoot)> ActAsync(
        string script,
        string what,
        Privilege privilege,
        IReadOnlyList<string> arguments,
        ReadOnlyMemory<byte> input,
        CancellationToken cancellationToken)
    {
        _fence?.EnsureMayAct();
        return await ScriptAsync(HostScripts.ForActing(script), what, privilege, arguments, input, cancellationToken);
    }

    /// <summary>Runs scripts that change something, in one command under one lock, up to the first that refuses. All
    /// run with the privilege of the first.</summary>
    /// <exception cref="HostException">A script refused, or did not finish.</exception>
    public async Task<ScriptAnswer> ActTogetherAsync(
        string locked,
        string what,
        Privilege privilege,
        IReadOnlyList<ScriptCall> calls,
        CancellationToken cancellationToken)
    {
        _fence?.EnsureMayAct();
        var text = HostScripts.Together(calls.Select(c => c.Script));
        var arguments = new List<string> { locked };
        arguments.AddRange(ScriptCall.Together(calls));
        return (await ScriptAsync(text, what, privilege, arguments, default, cancellationToken)).Answer;
    }

    public async ValueTask DisposeAsync()
    {
        IRemoteClient? client;
        lock (_gate)
        {
            (_disposed, client) = (true, _client);
        }

        if (client is not null)
        {
            await client.DisposeAsync();
        }

        _places.Dispose();
    }

    private async Task<(ScriptAnswer Answer, bool AsRoot)> ScriptAsync(
        string text,
        string what,
        Privilege privilege,
        IReadOnlyList<string> arguments,
        ReadOnlyMemory<byte> input,
        CancellationToken cancellationToken)
    {
        var asRoot = MayBecome
            && (privilege is Privilege.Control or Privilege.Units || (privilege == Privilege.Look && _looksAsRoot));
        var isForUnits = privilege == Privilege.Units && UnitsUser is not null;
        var whole = isForUnits ? HostScripts.ThroughSudo(text)
            : privilege == Privilege.OwnUnits ? HostScripts.ForOwnUnits(text)
            : text;
        while (true)
        {
            using var content = new MemoryStream(input.ToArray(), writable: false);
            var command = RemoteCommand.Script(whole, arguments) with
            {
                AsRoot = asRoot,
                AsUser = isForUnits ? null : _way.BecomeUser,
                Input = content,
            };
            var result = await SendAsync(command, cancellationToken);
            try
            {
                return (ScriptAnswer.Read(Host, what, result), asRoot);
            }
            catch (ScriptRefusal refusal)
                when (
                    refusal.Code == ScriptAnswer.Privileges
                        && privilege is Privilege.WhenNeeded or Privilege.Look
                        && MayBecome
                        && !asRoot)
            {
                asRoot = true;
                _looksAsRoot |= privilege == Privilege.Look;
            }
            catch (ScriptRefusal refusal)
            {
                throw HostErrors.Of(Host, what, User, refusal, IsContainer);
            }
        }
    }

    private IRemoteClient Client()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _client ??= _way.Open();
        }
    }
}

/// <summary>A call of a script of <see cref="HostScripts"/> that changes something.</summary>
/// <param name="Script">Its name.</param>
/// <param name="What">The request, for messages: "stopping tikv-1".</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ScriptCall(string Script, string What, IReadOnlyList<string> Arguments)
{
    public static IEnumerable<string> Together(IEnumerable<ScriptCall> calls) => calls.SelectMany(
        call => new[]
        {
            HostScripts.PartName(call.Script), call.Arguments.Count.ToString(CultureInfo.InvariantCulture),
        }.Concat(call.Arguments));
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
