namespace Drydock.Tests.Unit.Oms;

/// <summary>Every finding says whether it can be acknowledged, and with which word.</summary>
public sealed class AcknowledgeTests
{
    private const string Says = "in spec.preflight.acknowledge.";

    [Fact]
    public void Finding_names_its_word_and_the_word_works()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Projects.AddRange(
        [
            new OmsProject(ProjectKind.Migration, "901", "twice", "RUNNING"),
            new OmsProject(ProjectKind.Synchronization, "902", "twice", "RUNNING"),
        ]);
        world.Apply(s =>
            s with { FromVersion = "3.2.1", Image = "registry.example/oms:4.2.1", Preflight = new PreflightSpec() });
        world.RunToStall();

        var findings = world.Status.Findings;
        findings.Select(f => f.Reason).Distinct().Count().ShouldBeGreaterThan(3);
        foreach (var finding in findings)
        {
            (finding.Acknowledge is not null)
                .ShouldBe(finding.Message.Contains(Says, StringComparison.Ordinal), finding.Message);
            if (finding.Acknowledge is { } word)
            {
                finding.Message.ShouldBeWorded();
                word.Split('/')[0].ShouldBe(finding.Reason);
            }
        }

        var words = findings.Select(f => f.Acknowledge).OfType<string>().ToList();
        findings.Count.ShouldBeGreaterThan(words.Count, "duplicate names protect data");
        world.EditSpec(s => s with { Preflight = new PreflightSpec { Acknowledge = words } });
        world.RunUntil(() => world.Status.Findings.Count == findings.Count - words.Count, "every word has its effect");
        world.Status.Findings.ShouldAllBe(f => f.Acknowledge == null);
    }
}
