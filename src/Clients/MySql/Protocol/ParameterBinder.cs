using System.Globalization;
using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>Parameter values in the native form a prepared statement sends.</summary>
internal sealed unsafe class ParameterBinder : IDisposable
{
    private readonly NativeArena _arena = new();

    internal ParameterBinder(IReadOnlyList<MySqlParameter> parameters)
    {
        Binds = _arena.Take<NativeBind>(parameters.Count);
        try
        {
            for (var i = 0; i < parameters.Count; i++)
            {
                Bind(ref Binds[i], parameters[i]);
            }
        }
        catch
        {
            _arena.Dispose();
            throw;
        }
    }

    internal NativeBind* Binds { get; }

    public void Dispose() => _arena.Dispose();

    private void Bind(ref NativeBind bind, MySqlParameter parameter)
    {
        var value = parameter.Value;
        if (value is Enum)
        {
            value = Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()), CultureInfo.InvariantCulture);
        }

        switch (value)
        {
            case null or DBNull:
                bind.BufferType = NativeType.Null;
                break;
            case bool v:
                Integer(ref bind, v ? 1 : 0);
                break;
            case ulong v:
                Integer(ref bind, unchecked((long)v));
                bind.IsUnsigned = 1;
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                Integer(ref bind, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case float v:
                bind.BufferType = NativeType.Float;
                bind.Buffer = _arena.Take<float>();
                *(float*)bind.Buffer = v;
                break;
            case double v:
                bind.BufferType = NativeType.Double;
                bind.Buffer = _arena.Take<double>();
                *(double*)bind.Buffer = v;
                break;
            case decimal v:
                Bytes(
                    ref bind, NativeType.NewDecimal, Encoding.ASCII.GetBytes(v.ToString(CultureInfo.InvariantCulture)));
                break;
            case string v:
                Bytes(ref bind, NativeType.String, Encoding.UTF8.GetBytes(v));
                break;
            case char v:
                Bytes(ref bind, NativeType.String, Encoding.UTF8.GetBytes(v.ToString()));
                break;
            case Guid v:
                Bytes(ref bind, NativeType.String, Encoding.ASCII.GetBytes(v.ToString("D")));
                break;
            case byte[] v:
                Bytes(ref bind, NativeType.Blob, v);
                break;
            case ReadOnlyMemory<byte> v:
                Bytes(ref bind, NativeType.Blob, v.Span);
                break;
            case Memory<byte> v:
                Bytes(ref bind, NativeType.Blob, v.Span);
                break;
            case DateTime v:
                Date(ref bind, v, NativeType.DateTime);
                break;
            case DateTimeOffset v:
                Date(ref bind, v.UtcDateTime, NativeType.DateTime);
                break;
            case DateOnly v:
                Date(ref bind, v.ToDateTime(TimeOnly.MinValue), NativeType.Date);
                break;
            case TimeOnly v:
                Time(ref bind, v.ToTimeSpan());
                break;
            case TimeSpan v:
                Time(ref bind, v);
                break;
            default:
                throw new NotSupportedException(
                    $"Parameter '{parameter.ParameterName}' has a value of type {value.GetType()}, which cannot be "
                        + "sent to MySQL. Convert it first.");
        }
    }

    private void Integer(ref NativeBind bind, long value)
    {
        bind.BufferType = NativeType.LongLong;
        bind.Buffer = _arena.Take<long>();
        *(long*)bind.Buffer = value;
    }

    private void Bytes(ref NativeBind bind, NativeType type, ReadOnlySpan<byte> value)
    {
        bind.BufferType = type;
        bind.Buffer = _arena.Take<byte>(value.Length);
        value.CopyTo(new Span<byte>(bind.Buffer, value.Length));
        bind.BufferLength = (nuint)value.Length;
        bind.Length = _arena.Take<nuint>();
        *bind.Length = (nuint)value.Length;
    }

    private void Date(ref NativeBind bind, DateTime value, NativeType type)
    {
        bind.BufferType = type;
        var t = _arena.Take<NativeTime>();
        t->Year = (uint)value.Year;
        t->Month = (uint)value.Month;
        t->Day = (uint)value.Day;
        t->Hour = (uint)value.Hour;
        t->Minute = (uint)value.Minute;
        t->Second = (uint)value.Second;
        t->SecondPart = (ulong)(value.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        t->Kind = type == NativeType.Date ? NativeTime.KindDate : NativeTime.KindDateTime;
        bind.Buffer = t;
    }

    private void Time(ref NativeBind bind, TimeSpan value)
    {
        bind.BufferType = NativeType.Time;
        var t = _arena.Take<NativeTime>();
        t->Negative = value < TimeSpan.Zero ? (byte)1 : (byte)0;
        value = value.Duration();
        t->Day = (uint)value.Days;
        t->Hour = (uint)value.Hours;
        t->Minute = (uint)value.Minutes;
        t->Second = (uint)value.Seconds;
        t->SecondPart = (ulong)(value.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        t->Kind = NativeTime.KindTime;
        bind.Buffer = t;
    }
}
