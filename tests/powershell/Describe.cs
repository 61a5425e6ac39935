// What the C# layer says of pcai.h, as text that native_layer_test.py compares with the header.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace PcaiInference
{
    static class Describe
    {
        public static IEnumerable<Type> Structs()
        {
            foreach (Type type in typeof(NativeText).Assembly.GetTypes())
            {
                bool native = type.IsValueType && !type.IsEnum && type.IsLayoutSequential
                    && type.Namespace == "PcaiInference"
                    && (type.Name.StartsWith("Native") || type == typeof(FfiResult));
                if (native) yield return type;
            }
        }

        /// <summary>"pcai_text 16", "pcai_text.size 8 8": size; then a field's offset and size.
        /// </summary>
        public static int Layout()
        {
            foreach (Type type in Structs())
            {
                string name = type == typeof(FfiResult)
                    ? type.Name : "pcai" + Snake(type.Name.Substring("Native".Length));
                Console.WriteLine("{0} {1}", name, Marshal.SizeOf(type));
                foreach (FieldInfo field in type.GetFields(
                    BindingFlags.Instance | BindingFlags.Public))
                {
                    Console.WriteLine("{0}.{1} {2} {3}", name, Snake(field.Name).Substring(1),
                        Marshal.OffsetOf(type, field.Name), Marshal.SizeOf(field.FieldType));
                }
            }
            return 0;
        }

        /// <summary>"PCAI_ROLE_USER 2"</summary>
        public static int Numbers()
        {
            Dictionary<Type, string> groups = new Dictionary<Type, string>();
            groups[typeof(Role)] = "PCAI_ROLE";
            groups[typeof(ModelState)] = "PCAI_MODEL";
            groups[typeof(ModelKind)] = "PCAI_KIND";
            groups[typeof(EventKind)] = "PCAI_EVENT";
            groups[typeof(FinishReason)] = "PCAI_FINISH";
            groups[typeof(DeviceKind)] = "PCAI_DEVICE";
            foreach (object value in Enum.GetValues(typeof(Status)))
            {
                string group = (int)value < 0 ? "PCAI_ERROR" : "PCAI";
                Console.WriteLine("{0}{1} {2}", group, Snake(value.ToString()).ToUpperInvariant(),
                    (int)value);
            }
            foreach (KeyValuePair<Type, string> group in groups)
            {
                foreach (object value in Enum.GetValues(group.Key))
                {
                    Console.WriteLine("{0}{1} {2}", group.Value,
                        Snake(value.ToString()).ToUpperInvariant(), (int)value);
                }
            }
            return 0;
        }

        /// <summary>"pcai_models_get Int32 SafeHandle UInt64 pcai_model_info* IntPtr*"</summary>
        public static int Signatures()
        {
            foreach (FieldInfo function in typeof(NativeMethods).GetFields())
            {
                MethodInfo invoke = function.FieldType.GetMethod("Invoke");
                StringBuilder line = new StringBuilder(function.Name);
                line.Append(' ').Append(invoke.ReturnType.Name);
                foreach (ParameterInfo parameter in invoke.GetParameters())
                {
                    Type type = parameter.ParameterType;
                    Type target = type.IsByRef ? type.GetElementType() : type;
                    string name = target.Name.StartsWith("Native")
                        ? "pcai" + Snake(target.Name.Substring("Native".Length)) : target.Name;
                    line.Append(' ').Append(name).Append(type.IsByRef ? "*" : "");
                }
                object[] convention = function.FieldType.GetCustomAttributes(
                    typeof(UnmanagedFunctionPointerAttribute), false);
                if (convention.Length != 1 || ((UnmanagedFunctionPointerAttribute)convention[0])
                    .CallingConvention != CallingConvention.Cdecl) line.Append(" not cdecl");
                Console.WriteLine(line);
            }
            return 0;
        }

        /// <summary>"StructSize" becomes "_struct_size".</summary>
        static string Snake(string pascal)
        {
            StringBuilder snake = new StringBuilder();
            foreach (char letter in pascal)
            {
                if (char.IsUpper(letter)) snake.Append('_');
                snake.Append(char.ToLowerInvariant(letter));
            }
            return snake.ToString();
        }
    }
}
