namespace Drydock.Tests.Unit.Oms;

public sealed class HaConfigTests
{
    private const string Full =
        """{"enable":true,"enableHost":false,"enableStore":true,"perceiveStoreClientCheckpoint":false,"enableConnector":true,"enableJdbcWriter":true,"subtopicStoreNumberThreshold":5,"checkRequestIntervalSec":600,"checkJdbcWriterIntervalSec":600,"checkHostDownIntervalSec":540,"checkModuleExceptionIntervalSec":240,"clearAbnormalResourceHours":72,"refetchStoreIntervalMin":30}""";

    [Fact]
    public void Disable_changes_only_its_value()
    {
        const string Raw = "{ \"future\" : 1.50e+2,\t\"说明\":\"\\u4e2d/\\/文\", \"enable\"  :  true , "
            + "\"nested\":{\"enable\":true} }\n";

        HaConfig.Parse(Raw).Disabled().Raw
            .ShouldBe(Raw.Replace("\"enable\"  :  true", "\"enable\"  :  false", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"enable":false}""")]
    [InlineData("""{}""")]
    [InlineData("""{"enable":null,"x":1}""")]
    public void Disable_of_disabled_config_keeps_the_text(string raw) =>
        HaConfig.Parse(raw).Disabled().Raw.ShouldBe(raw);

    [Fact]
    public void Absent_keys_have_the_vendors_defaults()
    {
        var config = HaConfig.Parse("{}");

        (config.Enable, config.PerceiveStoreClientCheckpoint, config.EnableConnector, config.EnableJdbcWriter)
            .ShouldBe((false, false, true, true));
        config.RefetchStoreIntervalMin.ShouldBeNull();
        HaConfig.Default.ShouldBe(HaConfig.Parse(Full).Disabled());
    }

    [Fact]
    public void Unreported_stop_counts_as_now_by_the_hosts_clock()
    {
        var step = new Step(new PlannedStep { Id = "EnableNewHA", Action = "EnableHighAvailability" }, StepRecord.None);
        var context = new StepContext
        {
            OwnerUid = "1",
            Plan = PlanProgress.Of(new Plan(), [step], []),
            Step = step,
            Time = TimeProvider.System
        };
        var now = DateTimeOffset.UnixEpoch;

        EnableHighAvailability.StoppedAt(context, now).ShouldBe(now);
    }

    [Fact]
    public void Enable_restores_previous_settings_and_keeps_added_ones()
    {
        var previous = HaConfig.Parse(
            """{"enable":true,"enableHost":true,"subtopicStoreNumberThreshold":7,"mine":"x"}""");
        var now = HaConfig.Parse(
            """{"enable":false,"enableHost":false,"subtopicStoreNumberThreshold":5,"addedByUpgrade":[1, 2]}""");

        var result = now.Enabled(
            previous, perceiveStoreClientCheckpoint: true, refetchMinutes: null, enableConnectorRule: true);

        result.Raw.ShouldBe(
            """{"enable":true,"enableHost":true,"subtopicStoreNumberThreshold":7,"addedByUpgrade":[1, 2],"mine":"x","enableStore":true,"perceiveStoreClientCheckpoint":true,"enableConnector":true,"checkRequestIntervalSec":600,"checkHostDownIntervalSec":540,"checkModuleExceptionIntervalSec":240,"clearAbnormalResourceHours":72,"refetchStoreIntervalMin":30}""");
    }

    [Fact]
    public void Disable_and_enable_of_full_config_change_only_requested_keys()
    {
        var previous = HaConfig.Parse(Full);

        previous.Disabled().Enabled(previous, false, 95, true).Raw
            .ShouldBe(Full.Replace(
                "\"refetchStoreIntervalMin\":30", "\"refetchStoreIntervalMin\":95", StringComparison.Ordinal));
        previous.Disabled().Enabled(previous, true, null, true).Raw
            .ShouldBe(Full.Replace(
                "\"perceiveStoreClientCheckpoint\":false", "\"perceiveStoreClientCheckpoint\":true",
                StringComparison.Ordinal));
    }

    [Fact]
    public void Refetch_window_is_never_lowered() =>
        HaConfig.Parse("""{"refetchStoreIntervalMin":240}""").Enabled(null, false, 95, true).RefetchStoreIntervalMin
            .ShouldBe(240);

    [Theory]
    [InlineData("""{"enableConnector":false,"enableJdbcWriter":true}""", true, true)]
    [InlineData("""{"enableConnector":false}""", true, true)]
    [InlineData("""{"enableConnector":false,"enableJdbcWriter":false}""", true, false)]
    [InlineData("""{"enableConnector":false,"enableJdbcWriter":true}""", false, false)]
    [InlineData("""{"enableConnector":true,"enableJdbcWriter":true}""", true, true)]
    public void Connector_rule_applies_only_across_4_0_1(string previous, bool rule, bool enableConnector) =>
        HaConfig.Parse("{}").Enabled(HaConfig.Parse(previous), true, null, rule).EnableConnector
            .ShouldBe(enableConnector);

    [Fact]
    public void Enable_without_previous_row_uses_the_defaults()
    {
        var result = HaConfig.Default.Enabled(null, true, null, true);

        result.Enable.ShouldBeTrue();
        result.PerceiveStoreClientCheckpoint.ShouldBeTrue();
        result.ShouldBe(HaConfig.Parse(Full).Enabled(null, true, null, false));
    }

    [Fact]
    public void Flag_written_as_text_or_number_keeps_its_type()
    {
        var config = HaConfig.Parse(
            """{"enable":"true","enableStore":1,"refetchStoreIntervalMin":"45","perceiveStoreClientCheckpoint":0}""");

        config.Enable.ShouldBeTrue();
        config.RefetchStoreIntervalMin.ShouldBe(45);
        config.Disabled().Raw.ShouldStartWith("""{"enable":"false","enableStore":1""");
        config.Disabled().Enabled(config, true, 50, false).Raw
            .ShouldStartWith(
                """{"enable":"true","enableStore":1,"refetchStoreIntervalMin":"50","perceiveStoreClientCheckpoint":1,""");
    }

    [Fact]
    public void Keys_are_added_behind_the_last_one()
    {
        var pretty = HaConfig.Parse("{\n  \"enable\" : false,\n  \"x\" : 1\n}\n").Enabled(null, true, null, false).Raw;

        pretty.ShouldStartWith("{\n  \"enable\" : true,\n  \"x\" : 1,\"enableHost\":false,");
        pretty.ShouldEndWith("\"refetchStoreIntervalMin\":30\n}\n");
        HaConfig.Parse("{\n}").Enabled(null, true, null, false).Enable.ShouldBeTrue();
        HaConfig.Parse("{\"a\":1 /* x */, \"b\":2 // y\n}").Enabled(null, true, null, false).Raw
            .ShouldStartWith("{\"a\":1 /* x */, \"b\":2,\"enable");
    }

    [Fact]
    public void Configs_with_equal_JSON_are_equal()
    {
        var one = HaConfig.Parse("""{"a":[1,{"b":"\u0041"}],"enable":true}""");
        var same = HaConfig.Parse("""{ "enable" : true, "a" : [1, {"b":"A"}] }""");

        one.ShouldBe(same);
        one.GetHashCode().ShouldBe(same.GetHashCode());
        one.ShouldNotBe(HaConfig.Parse("""{"a":[1,{"b":"B"}],"enable":true}"""));
        one.ShouldNotBe(HaConfig.Parse("""{"enable":true}"""));
    }

    [Fact]
    public void Duplicate_key_reads_the_last_and_writes_all()
    {
        var config = HaConfig.Parse("""{"enable":false,"enable":true}""");

        config.Enable.ShouldBeTrue();
        config.Disabled().Raw.ShouldBe("""{"enable":false,"enable":false}""");
    }

    [Fact]
    public void Unpaired_surrogate_is_refused() =>
        HaConfig.TryParse("{\"x\":\"" + (char)0xd800 + "\"}", out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"{}\"")]
    [InlineData("{\"enable\":tru}")]
    [InlineData("{\"enable\":true} x")]
    [InlineData("{\"enable\":true")]
    public void Value_that_is_not_an_object_is_refused(string raw)
    {
        HaConfig.TryParse(raw, out var config, out var error).ShouldBeFalse();

        config.ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain("System Parameters");
    }
}
