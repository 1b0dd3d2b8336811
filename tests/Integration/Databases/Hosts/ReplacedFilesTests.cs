using Drydock.Reconcilers.Databases.TiDb;
using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>Files of a host that give way to others.</summary>
public sealed class ReplacedFilesTests(LabFixture lab) : IAsyncLifetime
{
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    private IHostFiles Files => Shop.Bind(Shop.Spec()).Files(Shop.Host.Address);

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Replaced_file_is_kept_once_beside_earlier_kept_files()
    {
        await Shop.ShellAsync("mkdir /data/f && cd /data/f && echo 3 >new && echo 2 >there && echo 1 >there.old");
        var sha256 = await Shop.SumAsync("/data/f/new");

        await HostFileScripts.ReplaceAsync(Files, "/data/f/new", "/data/f/there", sha256, "/data/f/there.old", Token);
        await HostFileScripts.ReplaceAsync(Files, "/data/f/new", "/data/f/there", sha256, "/data/f/there.old", Token);
        (await Shop.ShellAsync("cd /data/f && grep . *")).ShouldBe("new:3\nthere:3\nthere.old:1\nthere.old.2:2");

        // Killed after it was kept: it is not kept again.
        await Shop.ShellAsync("cd /data/f && cp there.old.2 there && echo half >there.old.drydock-part");
        await HostFileScripts.ReplaceAsync(Files, "/data/f/new", "/data/f/there", sha256, "/data/f/there.old", Token);
        (await Shop.ShellAsync("cd /data/f && grep . there*"))
            .ShouldBe("there:3\nthere.old:1\nthere.old.2:2\nthere.old.drydock-part:half");

        (await Should.ThrowAsync<HostException>(() => HostFileScripts.ReplaceAsync(
            Files, "/data/f/there.old", "/data/f/other", sha256, null, Token))).Reason.ShouldBe(Reasons.PackageMissing);
        (await Shop.ShellAsync("ls -A /data/f")).ShouldBe("new\nthere\nthere.old\nthere.old.2\nthere.old.drydock-part");
    }

    [Fact]
    public async Task Other_TiSpark_jars_are_renamed_and_earlier_ones_kept()
    {
        await Shop.ShellAsync(
            "mkdir /data/jars && cd /data/jars && echo a >tispark-1.jar && echo b >tispark-1.jar.old && echo c "
            + ">tispark-2.jar && echo d >spark-core.jar");

        await HostFileScripts.SetAsideOtherJarsAsync(Files, "/data/jars", "tispark-2.jar", Token);
        await HostFileScripts.SetAsideOtherJarsAsync(Files, "/data/jars", "tispark-2.jar", Token);

        (await Shop.ShellAsync("cd /data/jars && grep . *"))
            .ShouldBe("spark-core.jar:d\ntispark-1.jar.old:b\ntispark-1.jar.old.2:a\ntispark-2.jar:c");
        (await HostFileScripts.JarsAsync(Files, "/data/jars", Token)).ShouldBe(["tispark-2.jar"]);
    }
}
