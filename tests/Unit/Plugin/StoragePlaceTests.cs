using Drydock.Cli.CommandLine;
using Drydock.Cli.Uploads;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Where <c>upload</c> puts a file: where the operator looks for it.</summary>
public sealed class StoragePlaceTests
{
    private static readonly string[] Installed = ["--leader-election=true", "--storage-root=/var/lib/drydock/snapshots", "--storage-root", "/var/lib/drydock/images/"];

    [Theory]
    [InlineData("/var/lib/drydock/images", "/var/lib/drydock/images/oms")]
    [InlineData("/var/lib/drydock/images/2026/", "/var/lib/drydock/images/oms/2026")]
    [InlineData("/var/lib/drydock/snapshots", "/var/lib/drydock/snapshots/oms")]
    public void Namespace_has_its_own_folder(string directory, string real) =>
        StoragePlace.RealPath(Installed, directory, "oms").ShouldBe(real);

    [Fact]
    public void Shared_roots_have_no_folder_of_namespace() =>
        StoragePlace.RealPath([.. Installed, "--storage-shared"], "/var/lib/drydock/images", "oms").ShouldBe("/var/lib/drydock/images");

    [Theory]
    [InlineData("/var/lib/drydock/images-other")]
    [InlineData("/var/lib/drydock/images/../../etc")]
    [InlineData("/")]
    public void Directory_outside_of_roots_is_refused(string directory) =>
        Should.Throw<CliException>(() => StoragePlace.RealPath(Installed, directory, "oms")).Message
            .ShouldContain("Its roots: /var/lib/drydock/snapshots, /var/lib/drydock/images.");

    [Fact]
    public void Operator_without_roots_is_named() =>
        Should.Throw<CliException>(() => StoragePlace.RealPath(["--leader-election=true"], "/var/lib/drydock/images", "oms")).Message
            .ShouldContain("installed for S3 alone");
}
