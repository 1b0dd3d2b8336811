using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Oms;

public sealed class HaConfigProperties
{
    private static readonly string[] Values =
    [
        "1", "-0.0", "1e400", "12345678901234567890", "true", "null", "\"中文\\u00e9\\\"\"", "[ ]", "{\"enable\" :true}",
        "\"\""
    ];
    private static readonly string[] Spaces = ["", " ", "\n  ", "\t", "\r\n"];

    private static readonly Gen<string> Texts =
        from count in Gen.Choose(0, 8)
        from members in Member().ArrayOf(count)
        from space in Gen.Elements(Spaces)
        from end in Gen.Elements(Spaces)
        select "{" + space + string.Join("," + space, members.DistinctBy(member => member.Key).Select(
            member => $"\"{member.Key}\":{space}{member.Value}")) + end + "}";

    [Fact]
    public void Disable_and_enable_keep_every_other_setting() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(Texts.ToArbitrary(), Texts.ToArbitrary(), (before, atUpgrade) =>
            {
                var previous = HaConfig.Parse(before);
                var now = HaConfig.Parse(atUpgrade).Disabled();
                var result = now.Enabled(
                    previous, perceiveStoreClientCheckpoint: true, refetchMinutes: 1, enableConnectorRule: false);

                result.Enable.ShouldBeTrue();
                result.PerceiveStoreClientCheckpoint.ShouldBeTrue();
                HaConfig.Parse(result.Raw).ShouldBe(result);
                var written = Members(result.Raw);
                foreach (var (key, value) in Members(now.Raw).Concat(Members(before)))
                {
                    written.ShouldContainKey(key);
                }

                foreach (var (key, value) in Members(before).Where(
                    pair => !HaConfigKeys.Defaults.Any(known => known.Key == pair.Key)))
                {
                    written[key].ShouldBe(value);
                }

                now.Enabled(previous, true, 1, false).Raw.ShouldBe(result.Raw);
            }));

    [Fact]
    public void Disable_keeps_the_text_of_every_other_value() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(Texts.ToArbitrary(), text =>
            {
                var off = HaConfig.Parse(text).Disabled();

                off.Enable.ShouldBeFalse();
                Members(off.Raw).Where(pair => pair.Key != "enable")
                    .ShouldBe(Members(text).Where(pair => pair.Key != "enable"));
            }));

    private static Gen<KeyValuePair<string, string>> Member() => Gen.OneOf(
        from key in Gen.Elements("future", "x.y", "说明", "Enable")
        from value in Gen.Elements(Values)
        select KeyValuePair.Create(key, value),
        from known in Gen.Elements("enable", "enableStore", "enableConnector", "perceiveStoreClientCheckpoint")
        from value in Gen.Elements("true", "false")
        select KeyValuePair.Create(known, value),
        from minutes in Gen.Choose(0, 500)
        select KeyValuePair.Create(
            "refetchStoreIntervalMin", minutes.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static Dictionary<string, string> Members(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(
            property => property.Name, property => property.Value.GetRawText(), StringComparer.Ordinal);
    }
}
