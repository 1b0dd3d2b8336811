namespace Drydock.Tests.Unit.Oms;

/// <summary>What the worlds look for in every text of every status that is written in them.</summary>
public sealed class MessageFaultsTests
{
    [Theory]
    [InlineData("It lacks its privileges.. Nothing was changed.")]
    [InlineData("Create the directory.; dockerd of oms-b does not answer.")]
    [InlineData("Create the directory. ; that is all.")]
    [InlineData("SnapshotRestore a failed: : no room.")]
    [InlineData("The step failed:.")]
    [InlineData("The object is being deleted. restart oms_console on oms-a.")]
    [InlineData("running steps finish first.")]
    public void Wrongly_joined_text_is_found(string text) => MessageFaults.Of(text).ShouldNotBeEmpty();

    [Theory]
    [InlineData("oms_console on oms-a is STOPPED. spec.fromVersion is 3.2.2, and 10.0.0.1:3306 answers.")]
    [InlineData("Retry: `kubectl -n a annotate omsu b drydock.dev/retry=2 --overwrite`. config.yaml is there…")]
    [InlineData("The end of its output: \"error.. ; : .\".")]
    [InlineData("docker_init.sh ended with exit code 1. dockerd answers. Details: orders (np_1): Store is ABNORMAL.")]
    public void Right_text_passes(string text) => MessageFaults.Of(text).ShouldBeEmpty();
}
