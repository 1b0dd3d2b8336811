using System.Reflection;
using System.Text.RegularExpressions;
using Drydock.Abstractions.Entities;
using Drydock.CrdGen.Model;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

public sealed class ReasonsTests
{
    private static readonly XmlDocs Docs = XmlDocs.Of(typeof(Reasons).Assembly);

    [Theory]
    [InlineData(typeof(Reasons))]
    [InlineData(typeof(ConditionTypes))]
    public void Reason_and_condition_constants_equal_their_names_and_are_documented(Type type)
    {
        foreach (var field in Constants(type))
        {
            field.GetRawConstantValue().ShouldBe(field.Name);
            Docs.Of(field).Length.ShouldBeGreaterThan(10, field.Name);
        }
    }

    [Fact]
    public void Reasons_and_conditions_match_the_pattern_of_Kubernetes()
    {
        // metav1.Condition's own pattern for reasons.
        foreach (var field in Constants(typeof(Reasons)).Concat(Constants(typeof(ConditionTypes))))
        {
            Regex.IsMatch(field.Name, "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$").ShouldBeTrue(field.Name);
            field.Name.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.ShortName);
        }
    }

    [Fact]
    public void Reference_lists_every_reason()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reference", "reasons.md"));
        foreach (var field in Constants(typeof(Reasons)))
        {
            page.ShouldContain($"| `{field.Name}` | {Docs.Of(field)} |");
        }
    }

    [Fact]
    public void Engine_reasons_are_documented_reasons()
    {
        var documented = Constants(typeof(Reasons)).Select(field => (string)field.GetRawConstantValue()!).ToList();
        Constants(typeof(EngineReasons)).Select(field => (string)field.GetRawConstantValue()!).ShouldBeSubsetOf(documented);
    }

    [Fact]
    public void Timeouts_list_every_phase_in_the_order_of_plan()
    {
        var timeouts = typeof(OmsUpgradeTimeouts).GetProperties().Where(property => property.PropertyType == typeof(string)).Select(property => property.Name).ToList();
        timeouts.Intersect(PhaseOrder.OfOms, StringComparer.Ordinal).ShouldBe(PhaseOrder.OfOms.Where(phase => phase != OmsUpgradePhases.TestSchema), "that one has the time of Backup");
        timeouts.Except(PhaseOrder.OfOms, StringComparer.Ordinal).ShouldBe([nameof(OmsUpgradeTimeouts.NoSessions), OmsUpgradePhases.StopNew, OmsUpgradePhases.RestoreDatabases, OmsUpgradePhases.StartOld]);
    }

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral);
}
