using System.Diagnostics;

namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>Nothing leads out of a directory storage.</summary>
public sealed class DirectoryEscapeTests : IDisposable
{
    private const string Space = "team-a";
    private const string Secret = "a secret of the pod";

    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-escape-").FullName;
    private readonly string _root;
    private readonly string _outside;

    public DirectoryEscapeTests()
    {
        _root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        _outside = Directory.CreateDirectory(Path.Combine(_folder, "outside")).FullName;
        File.WriteAllText(Path.Combine(_outside, "token"), Secret);
        Directory.CreateDirectory(Path.Combine(_root, Space));
        Directory.CreateDirectory(Path.Combine(_root, "team-b"));
        File.WriteAllText(Path.Combine(_root, "team-b", "dump"), Secret);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("link-to-file")]
    [InlineData("link-to-folder/token")]
    [InlineData("link-to-neighbour/dump")]
    [InlineData("link-to-fd")]
    [InlineData("link-within")]
    public async Task Link_is_refused_without_revealing_its_target(string name)
    {
        File.WriteAllText(At("plain"), "plain");
        using var open = File.OpenHandle(Path.Combine(_outside, "token"));
        File.CreateSymbolicLink(At("link-to-file"), Path.Combine(_outside, "token"));
        Directory.CreateSymbolicLink(At("link-to-folder"), _outside);
        Directory.CreateSymbolicLink(At("link-to-neighbour"), "../team-b");
        File.CreateSymbolicLink(At("link-to-fd"), $"/proc/self/fd/{open.DangerousGetHandle()}");
        File.CreateSymbolicLink(At("link-within"), "plain");
        var storage = Storage();
        var there = await RefusalAsync(() => storage.OpenReadAsync(name, Token));
        (await RefusalAsync(() => storage.StatAsync(name, Token))).ShouldBe(there);
        there.ShouldBeWorded(_root);

        // The same words where nothing is behind the link.
        File.Delete(Path.Combine(_outside, "token"));
        File.Delete(Path.Combine(_root, "team-b", "dump"));
        (await RefusalAsync(() => storage.OpenReadAsync(name, Token))).ShouldBe(there);
    }

    [Fact]
    public async Task Link_is_not_written_through_listed_or_removed()
    {
        Directory.CreateSymbolicLink(At("out"), _outside);
        var storage = Storage();
        (await FailureAsync(() => storage.CreateAsync("out/new", Token))).ShouldBe(SnapshotFailure.NotAllowed);
        (await FailureAsync(() => storage.DeleteAsync("out/token", Token))).ShouldBe(SnapshotFailure.NotAllowed);
        await using (var writer = await storage.CreateAsync("mine", Token))
        {
            await writer.CompleteAsync(Token);
        }

        (await FailureAsync(() => storage.PublishAsync("mine", "out/mine", Token))).ShouldBe(
            SnapshotFailure.NotAllowed);
        (await storage.ListAsync("", Token)).Select(o => o.Name).ShouldBe(["mine"]);
        Directory.GetFiles(_outside).Select(Path.GetFileName).ShouldBe(["token"]);
    }

    [Fact]
    public async Task Namespace_folder_that_is_a_link_is_refused()
    {
        Directory.Delete(Path.Combine(_root, Space));
        Directory.CreateSymbolicLink(Path.Combine(_root, Space), _outside);
        var storage = Storage();
        (await FailureAsync(() => storage.OpenReadAsync("token", Token))).ShouldBe(SnapshotFailure.NotAllowed);
        (await FailureAsync(() => storage.EnsureMarkAsync(Token))).ShouldBe(SnapshotFailure.NotAllowed);
        (await FailureAsync(() => storage.ListAsync("", Token))).ShouldBe(SnapshotFailure.NotAllowed);
    }

    [Theory]
    [InlineData("../team-b/dump")]
    [InlineData("a/../../team-b/dump")]
    [InlineData("/proc/self/environ")]
    [InlineData("/var/run/secrets/kubernetes.io/serviceaccount/token")]
    public async Task Name_that_leads_out_is_refused(string name)
    {
        (await FailureAsync(() => Storage().OpenReadAsync(name, Token))).ShouldBe(SnapshotFailure.InvalidRequest);
        Open(name).ShouldBe(Errno.OtherDevice, "also where the name was not checked before");
    }

    [Fact]
    public async Task Root_over_proc_gives_no_file_of_a_process()
    {
        // "self" is a link as any other, and so is every descriptor.
        var storage = new DirectorySnapshotStorage(new StorageRoot("/proc"), "");
        (await FailureAsync(() => storage.OpenReadAsync("self/environ", Token))).ShouldBe(SnapshotFailure.NotAllowed);
        using var open = File.OpenHandle(Path.Combine(_outside, "token"));
        (await FailureAsync(
            () => storage.OpenReadAsync($"{Environment.ProcessId}/fd/{open.DangerousGetHandle()}", Token)))
            .ShouldBe(SnapshotFailure.NotAllowed);
    }

    [Fact]
    public async Task Pipe_is_refused_without_waiting_for_a_writer()
    {
        using var mkfifo = Process.Start("mkfifo", [At("pipe")]);
        await mkfifo.WaitForExitAsync(Token);
        mkfifo.ExitCode.ShouldBe(0);
        (await RefusalAsync(() => Storage().OpenReadAsync("pipe", Token))).ShouldBeWorded(_root);
        (await FailureAsync(() => Storage().StatAsync("pipe", Token))).ShouldBe(SnapshotFailure.NotAllowed);
    }

    [Fact]
    public async Task Folder_replaced_by_link_never_exposes_outside_files()
    {
        const int Rounds = 2000;
        Directory.CreateDirectory(At("swapped"));
        File.WriteAllText(At("swapped/token"), "inside");
        Directory.CreateSymbolicLink(At("link"), _outside);
        using var over = new CancellationTokenSource();
        var swapper = new Thread(() =>
        {
            for (var round = 0; !over.IsCancellationRequested; round++)
            {
                Directory.Move(At("swapped"), At("aside"));
                Directory.Move(At("link"), At("swapped"));
                Directory.Move(At("swapped"), At("link"));
                Directory.Move(At("aside"), At("swapped"));
            }
        });
        swapper.Start();
        var storage = Storage();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            string outcome;
            try
            {
                using var reader = new StreamReader(await storage.OpenReadAsync("swapped/token", Token));
                outcome = await reader.ReadToEndAsync(Token);
            }
            catch (SnapshotException e)
            {
                outcome = e.Failure.ToString();
            }

            seen[outcome] = seen.GetValueOrDefault(outcome) + 1;
        }

        await over.CancelAsync();
        swapper.Join();
        seen.Keys.ShouldBeSubsetOf(["inside", nameof(SnapshotFailure.NotFound), nameof(SnapshotFailure.NotAllowed)]);
    }

    private int Open(string path)
    {
        using var root = Folder.Open(_root).ShouldNotBeNull();
        using var opened = root.Walk(path, flags: 0, default, out var error);
        opened.IsInvalid.ShouldBeTrue();
        return error;
    }

    private string At(string name) => Path.Combine(_root, Space, name);

    private DirectorySnapshotStorage Storage() => new(new StorageRoot(_root), Space);

    private static async Task<string> RefusalAsync(Func<Task> action)
    {
        var refused = await Should.ThrowAsync<SnapshotException>(action);
        refused.Failure.ShouldBe(SnapshotFailure.NotAllowed);
        return refused.Message;
    }

    private static async Task<SnapshotFailure> FailureAsync(Func<Task> action) =>
        (await Should.ThrowAsync<SnapshotException>(action)).Failure;
}
