namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class StorageRootsTests
{
    private static readonly string[] Two = ["/var/lib/drydock/snapshots", "/var/lib/drydock/images/"];

    [Theory]
    [InlineData("/var/lib/drydock/snapshots", "/var/lib/drydock/snapshots/oms")]
    [InlineData("/var/lib/drydock/snapshots/", "/var/lib/drydock/snapshots/oms")]
    [InlineData("/var/lib//drydock/images", "/var/lib/drydock/images/oms")]
    [InlineData("/var/lib/drydock/images/a/b", "/var/lib/drydock/images/oms/a/b")]
    [InlineData("/var/lib/drydock/images/oms", "/var/lib/drydock/images/oms/oms")]
    public void Path_below_a_root_gets_the_namespaces_folder(string path, string real)
    {
        var roots = new StorageRoots(Two);
        roots.Open(path, "oms").Description.ShouldBe($"directory {real}");
        roots.Locate(path, "oms").ShouldBe(real);
    }

    [Fact]
    public void Shared_roots_have_no_folder_for_the_namespace()
    {
        var roots = new StorageRoots(Two, shared: true);
        roots.Open("/var/lib/drydock/images/a", "oms").Description.ShouldBe("directory /var/lib/drydock/images/a");
        roots.Locate("/var/lib/drydock/images/a", "oms").ShouldBe("/var/lib/drydock/images/a");
        Refused(roots, "/etc", "oms").ShouldBeWorded();
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("var/lib/drydock/snapshots")]
    [InlineData("/var/lib/drydock")]
    [InlineData("/var/lib/drydock/scratch")]
    [InlineData("/var/lib/drydock/snapshots2")]
    [InlineData("/var/lib/drydock/snapshots/../scratch")]
    [InlineData("/var/lib/drydock/snapshots/..")]
    [InlineData("/var/lib/drydock/snapshots/./x")]
    [InlineData("/proc/self")]
    [InlineData("/proc/self/fd")]
    [InlineData("/var/run/secrets/kubernetes.io/serviceaccount")]
    [InlineData("/dev/shm")]
    [InlineData("/tmp")]
    public void Path_outside_the_roots_is_refused_whatever_exists_there(string path)
    {
        var quoted = $"'{path}'";
        Refused(new StorageRoots(Two), path, "oms").ShouldBeWorded(quoted);
        Refused(new StorageRoots([]), path, "oms").ShouldBeWorded(quoted);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("A")]
    public void Namespace_that_is_no_label_opens_nothing(string? space) =>
        Refused(new StorageRoots(Two), Two[0], space).ShouldContain("without a namespace");

    [Theory]
    [InlineData("/")]
    [InlineData("relative")]
    [InlineData("/a/../b")]
    [InlineData("")]
    public void Root_that_is_not_an_absolute_directory_is_a_problem(string root)
    {
        StorageRoots.Problem([root]).ShouldNotBeNull().ShouldContain("--storage-root");
        Should.Throw<ArgumentException>(() => new StorageRoots([root]));
    }

    [Fact]
    public void Roots_within_each_other_are_a_problem()
    {
        StorageRoots.Problem(["/a/b", "/a"]).ShouldBeWorded();
        StorageRoots.Problem(["/a", "/a/"]).ShouldNotBeNull();
        StorageRoots.Problem(["/a", "/ab"]).ShouldBeNull();
        StorageRoots.Problem([]).ShouldBeNull();
    }

    private static string Refused(StorageRoots roots, string path, string? space)
    {
        var refused = Should.Throw<SnapshotException>(() => roots.Open(path, space));
        refused.Failure.ShouldBe(SnapshotFailure.NotAllowed);
        return refused.Message;
    }
}
