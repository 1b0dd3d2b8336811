namespace Drydock.Clients.Remote;

/// <summary>The upload of one file (<see cref="IRemoteClient.UploadAsync"/>), by commands only. Every step reads the
/// state of the host first, so the upload can be interrupted and restarted at any point.</summary>
/// <param name="open">Opens the content from an offset on.</param>
/// <param name="progress">Receives how many bytes are on the host.</param>
public sealed class RemoteUpload(
    IRemoteClient client, RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress)
{
    private const int LockSeconds = 10;
    private const int Sha256Digits = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromHours(6);

    private readonly string _part = file.Path + ".drydock-part";
    private readonly string _host = client.Name;

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (await SumAsync(file.Path, cancellationToken) == file.Sha256)
        {
            progress?.Report(file.Length);
            return false;
        }

        var there = await ThereAsync(cancellationToken);
        if (there is null || there < file.Length)
        {
            await SendAsync(there ?? 0, cancellationToken);
        }

        await TakeAsync(cancellationToken);
        return true;
    }

    // Null if the file does not exist.
    private async Task<string?> SumAsync(string path, CancellationToken cancellationToken)
    {
        var result = await RunAsync(
            Script("[ ! -e \"$1\" ] || sha256sum < \"$1\"", path), cancellationToken);
        var sum = result.OrThrow(_host, $"sha256sum of {path}").Output.Split(' ', 2)[0];
        return sum.Length switch
        {
            0 => null,
            Sha256Digits => sum,
            _ =>
                throw new RemoteException(
                    $"{_host}: `sha256sum` of {path} printed no checksum. "
                        + "Check what the login shell of that host prints.",
                    RemoteRefusal.RemoteCommand),
        };
    }

    // Null if there is no part. Creates nothing, because opening the content may still be refused. A part that is
    // longer than the file belongs to another file and is emptied. A writer holds the lock, so data sent by a cancelled
    // call arrives completely first.
    private async Task<long?> ThereAsync(CancellationToken cancellationToken)
    {
        var look = Script(
            """
            [ -e "$1" ] || { echo none; exit 0; }
            exec 9>>"$1" || exit 1
            flock -w "$3" 9 || { echo "another process is writing it" >&2; exit 3; }
            n=$(stat -c %s -- "$1")
            [ "$n" -le "$2" ] || { : >"$1" && n=0; }
            echo "$n"
            """,
            _part,
            $"{file.Length}",
            $"{LockSeconds}");
        var result = await RunAsync(look, cancellationToken);
        var output = result.OrThrow(_host, $"reading the length of {_part}").Output.Trim();
        if (output == "none")
        {
            return null;
        }

        return long.TryParse(output, CultureInfo.InvariantCulture, out var there) && there >= 0
            ? there
            : throw new RemoteException(
                $"{_host}: reading the length of {_part} printed no number. "
                    + "Check what the login shell of that host prints.",
                RemoteRefusal.RemoteCommand);
    }

    // The offset is checked again on the host: of two concurrent uploads the later one writes nothing.
    private async Task SendAsync(long offset, CancellationToken cancellationToken)
    {
        var content = await open(offset, cancellationToken);
        await using (content)
        {
            var send = Script(
                """
                umask 077
                exec 9>>"$1" || exit 1
                flock -n 9 && [ "$(stat -c %s -- "$1")" = "$2" ] \
                  || { echo "another process is writing it" >&2; exit 3; }
                exec cat >&9
                """,
                _part,
                $"{offset}") with
            {
                Input = content,
                Sent = sent => progress?.Report(offset + sent),
            };
            (await RunAsync(send, cancellationToken)).OrThrow(_host, $"writing {_part}");
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        var sum = await SumAsync(_part, cancellationToken)
            ?? throw new RemoteException(
                $"{_host}: {_part} disappeared before it was checked: another process has taken or removed it.",
                RemoteRefusal.RemoteCommand);
        if (sum != file.Sha256)
        {
            (await RunAsync(new RemoteCommand("rm", "-f", "--", _part), cancellationToken))
                .OrThrow(_host, $"removing {_part}");
            throw new RemoteException(
                $"{_host}: {file.Path} arrived with SHA-256 {sum}, expected {file.Sha256}, so it was "
                    + "removed. Check that the announced checksum belongs to this file.",
                RemoteRefusal.Corrupt);
        }

        var mode = Convert.ToString((int)file.Mode, 8);
        (await RunAsync(Script("chmod \"$3\" -- \"$1\" && sync -- \"$1\" && mv -fT -- "
            + "\"$1\" \"$2\"", _part, file.Path, mode), cancellationToken))
            .OrThrow(_host, $"renaming {_part}");
    }

    // What fails is read from English words.
    private static RemoteCommand Script(string script, params IReadOnlyList<string> arguments) =>
        RemoteCommand.Script($"LC_ALL=C; export LC_ALL; {script}", arguments);

    private Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        client.RunAsync(
            command with { AsRoot = file.AsRoot, AsUser = file.AsUser, Limit = Limit }, cancellationToken);
}
