using System.Reflection;
using System.Text.RegularExpressions;
using Drydock.CrdGen.Model;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

public sealed class ReasonsTests
{
    private static readonly XmlDocs Docs = XmlDocs.Of(typeof(Reasons).Assembly);

    [Theory]
    [InlineData(typeof(Reasons))]
    [InlineData(typeof(ConditionTypes))]
    public void Every_constant_is_its_own_name_and_says_what_it_means(Type type)
    {
        foreach (var field in Constants(type))
        {
            field.GetRawConstantValue().ShouldBe(field.Name);
            Docs.Of(field).Length.ShouldBeGreaterThan(10, field.Name);
        }
    }

    [Fact]
    public void Every_reason_and_condition_is_something_a_server_with_strict_conditions_takes()
    {
        // metav1.Condition's own pattern for reasons.
        foreach (var field in Constants(typeof(Reasons)).Concat(Constants(typeof(ConditionTypes))))
        {
            Regex.IsMatch(field.Name, "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$").ShouldBeTrue(field.Name);
            field.Name.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.ShortName);
        }
    }

    [Fact]
    public void Every_reason_is_in_the_reference()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reference", "reasons.md"));
        foreach (var field in Constants(typeof(Reasons)))
        {
            page.ShouldContain($"| `{field.Name}` | {Docs.Of(field)} |");
        }
    }

    [Fact]
    public void Every_word_of_the_engine_is_a_documented_reason()
    {
        var documented = Constants(typeof(Reasons)).Select(field => (string)field.GetRawConstantValue()!).ToList();
        Constants(typeof(EngineReasons)).Select(field => (string)field.GetRawConstantValue()!).ShouldBeSubsetOf(documented);
    }

    [Fact]
    public void Every_phase_of_a_plan_has_a_timeout_and_they_stand_in_the_order_of_the_plan()
    {
        var timeouts = typeof(OmsUpgradeTimeouts).GetProperties().Where(property => property.PropertyType == typeof(string)).Select(property => property.Name).ToList();
        timeouts.Intersect(OmsUpgradePhases.OfPlan, StringComparer.Ordinal).ShouldBe(OmsUpgradePhases.OfPlan);
        timeouts.Except(OmsUpgradePhases.OfPlan, StringComparer.Ordinal).ShouldBe([OmsUpgradePhases.StopNew, OmsUpgradePhases.RestoreDatabases, OmsUpgradePhases.StartOld]);
    }

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral);
}
