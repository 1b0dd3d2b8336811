namespace Drydock.Tests.Unit.Oms;

/// <summary>spec.initMetadata.successMarker.</summary>
public sealed class SuccessMarkerTests
{
    [Fact]
    public void Marker_of_the_spec_replaces_that_of_the_version()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (0, "# All steps have finished.\n%done%") })
            .Apply(s => s with { InitMetadata = new InitMetadataSpec { SuccessMarker = "steps have finished." } });
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.Contains("spec.initMetadata.successMarker", StringComparison.Ordinal));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("all done", "# ALL: all done!\n", true)]
    [InlineData("all done。", "all done\n", true)]
    [InlineData("all done", "all done soon\n", false)]
    public void Marker_is_the_end_of_a_line(string marker, string log, bool succeeds) =>
        (DockerInit.Judge(log, 0, marker).Outcome == DockerInitOutcome.Success).ShouldBe(succeeds);
}
